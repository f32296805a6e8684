import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MovableClock } from '../platform/clock/clock.ts'
import { makeContact, makeKey, makeOffer, offersBody, subdomainOf } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { expectRefusal } from '../testing/refusals.ts'

let h: Harness
let base: string
beforeAll(async () => {
  h = await startHarness()
  base = `/s/${await subdomainOf(h.app, h.account.siteId)}`
})
afterAll(() => h.close())

const MINUTE = 60_000
const advance = (ms: number) => (h.app.clock as MovableClock).advance(h.app.db, ms)

async function customer(): Promise<string> {
  const id = await makeContact(h.app, h.account.siteId, { name: 'Ada Lovelace' })
  const offer = await makeOffer(h.app, h.account.siteId)
  await h.client.post(`/v1/contacts/${id}/relationships/offers`, offersBody([offer]))
  return id
}

const request = (contactId: string, reason: unknown = 'She cannot find lesson 3', client = h.client) =>
  client.post(`/v1/contacts/${contactId}/sign_in_links`, {
    data: { type: 'sign_in_links', attributes: { reason } },
  })

/** Pages of the site, in a browser of their own. */
function browser() {
  const cookies = new Map<string, string>()
  async function open(url: string, form?: Record<string, string>) {
    const headers = {
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
    }
    const payload = form && new URLSearchParams(form).toString()
    const answer = await h.server.inject({ method: form ? 'POST' : 'GET', url, headers, payload })
    for (const { name, value } of answer.cookies) cookies.set(name, value)
    return answer
  }
  return {
    open,
    /** Presses the button of the page at this address. */
    async submit(url: string, action = url, fields: Record<string, string> = {}) {
      const [, csrf] = /name="_csrf" value="([^"]+)"/.exec((await open(url)).body)!
      return open(action, { _csrf: csrf!, ...fields })
    },
  }
}

const pathOf = (link: string) => new URL(link).pathname

async function actingAs(contactId: string) {
  const { body } = await request(contactId)
  const own = browser()
  const { statusCode, headers } = await own.submit(pathOf(body.data.attributes.link))
  expect([statusCode, headers.location]).toEqual([303, `${base}/`])
  return own
}

const rowOf = (contactId: string) =>
  h.app.db
    .selectFrom('customers')
    .select(['sign_in_count', 'last_sign_in_at', 'last_request_at', 'name', 'language'])
    .where('contact_id', '=', contactId)
    .executeTakeFirstOrThrow()

test('the link leads to the pages of the member, which say so; the event has who asked, and why', async () => {
  const id = await customer()
  const created = await request(id)
  expect(created.status).toBe(200)
  const event = (await h.client.get(`/v1/events/${created.body.data.id}`)).body.data
  expect(event.attributes).toMatchObject({
    event: 'sign_in_as_requested',
    actor: expect.stringMatching(/^api_key:/),
    data: { reason: 'She cannot find lesson 3' },
  })
  expect(event.relationships.contact.data.id).toBe(id)
  const own = await actingAs(id)
  const { email } = (await h.client.get(`/v1/contacts/${id}`)).body.data.attributes
  expect((await own.open(`${base}/`)).body).toContain(`You see these pages as ${email}.`)
})

test('the link works once, and within five minutes', async () => {
  const id = await customer()
  const path = pathOf((await request(id)).body.data.attributes.link)
  expect((await browser().submit(path)).statusCode).toBe(303)
  expect((await browser().open(path)).statusCode).toBe(404)
  const late = pathOf((await request(id)).body.data.attributes.link)
  await advance(5 * MINUTE + 1)
  expect((await browser().open(late)).statusCode).toBe(404)
})

test('it ends after ten minutes, and is no visit of the member', async () => {
  const id = await customer()
  const before = await rowOf(id)
  const own = await actingAs(id)
  await advance(9 * MINUTE)
  expect((await own.open(`${base}/`)).statusCode).toBe(200)
  expect(await rowOf(id)).toEqual(before)
  await advance(MINUTE + 1)
  expect((await own.open(`${base}/`)).headers.location).toBe(`${base}/sign-in`)
})

test('name, address, password and other sign-ins stay the member’s', async () => {
  const id = await customer()
  const own = await actingAs(id)
  expect((await own.open(`${base}/account`)).statusCode).toBe(403)
  for (const path of ['/account/name', '/account/password', '/account/email', '/sign-out/everywhere']) {
    const { statusCode } = await own.submit(`${base}/`, base + path, {
      name: 'Eve',
      email: 'eve@example.com',
      password: 'seven quiet rivers',
    })
    expect([path, statusCode]).toEqual([path, 403])
  }
  expect((await rowOf(id)).name).toBe('Ada Lovelace')
  expect((await own.submit(`${base}/`, `${base}/sign-out`)).statusCode).toBe(200)
  expect((await own.open(`${base}/`)).headers.location).toBe(`${base}/sign-in`)
})

test('it takes its own permission, a reason and a customer', async () => {
  const id = await customer()
  const { token } = await makeKey(h.app, h.account, ['view:contacts', 'manage:contacts'])
  await expectRefusal(h.app, () => request(id, 'x', h.clientWith(token)), 403)
  const pointer = '/data/attributes/reason'
  await expectRefusal(h.app, () => request(id, '  '), 422, { pointer })
  await expectRefusal(h.app, () => request(id, 'x'.repeat(501)), 422, { pointer })
  const nobody = await makeContact(h.app, h.account.siteId)
  const { body } = await expectRefusal(h.app, () => request(nobody), 422)
  expect(body.errors[0].code).toBe('not_a_customer')
})

test('a repeated request does not return the link again', async () => {
  const id = await customer()
  const send = () =>
    h.client.post(
      `/v1/contacts/${id}/sign_in_links`,
      { data: { type: 'sign_in_links', attributes: { reason: 'x' } } },
      { 'idempotency-key': 'act' },
    )
  const [first, again] = [await send(), await send()]
  const { link, ...others } = first.body.data.attributes
  expect(link).toMatch(/\/act-as\//)
  expect(again.body.data.attributes).toEqual(others)
})
