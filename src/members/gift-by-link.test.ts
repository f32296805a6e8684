import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

let h: Harness
let base: string
beforeAll(async () => {
  h = await startHarness()
  const { subdomain } = await h.app.db.selectFrom('sites').select('subdomain').executeTakeFirstOrThrow()
  base = `/s/${subdomain}`
})
afterAll(() => h.close())

/** A browser without scripts: keeps cookies, and submits the form of the current page. */
function visitor() {
  const cookies: Record<string, string> = {}
  const send = async (request: { method: 'GET' | 'POST'; url: string; payload?: string }) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await h.server.inject({ ...request, cookies, headers })
    for (const { name, value } of answer.cookies) cookies[name] = value
    return answer
  }
  const get = (url: string) => send({ method: 'GET', url })
  const submit = (url: string, page: string, fields: Record<string, string>) => {
    const hidden = [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)]
    const values = Object.fromEntries(hidden.map(([, name, value]) => [name, value]))
    return send({ method: 'POST', url, payload: new URLSearchParams({ ...values, ...fields }).toString() })
  }
  return { get, submit }
}

async function linkFrom(contactId: string, kind: string): Promise<string> {
  await h.drain()
  const { text } = await h.app.db
    .selectFrom('emails')
    .select('text')
    .where('contact_id', '=', contactId)
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow()
  return /\/s\/[^/]+\/[a-z-]+\/\S+/.exec(text!)![0]
}

async function endedGift() {
  const email = `gift${Math.random()}@example.com`
  const contactId = await makeContact(h.app, h.account.siteId, { email })
  const offerId = await makeOffer(h.app, h.account.siteId, { is_gift: true })
  await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  const gift = await linkFrom(contactId, 'gift')
  await h.app.db
    .updateTable('member_links')
    .set({ expires_at: h.app.clock.now() })
    .where('purpose', '=', 'gift')
    .execute()
  return { email, contactId, gift }
}

test('signing in by e-mailed link after an expired gift link leads to the gift', async () => {
  const { email, contactId, gift } = await endedGift()
  const { get, submit } = visitor()
  const signInUrl = String((await get(gift)).headers.location)
  const requested = await submit(`${base}/request-link`, (await get(signInUrl)).body, {
    email,
    purpose: 'sign_in',
  })
  expect(requested.statusCode).toBe(200)
  const link = await linkFrom(contactId, 'sign_in')
  const [path] = link.split('?')
  // In another browser, as on a phone.
  const phone = visitor()
  const came = await phone.submit(path!, (await phone.get(link)).body, {})
  expect([came.statusCode, came.headers.location]).toEqual([303, gift])
  expect((await phone.get(gift)).statusCode).toBe(200)
})

test('the gift is also reached when the address was missing or invalid at first', async () => {
  const { email, contactId, gift } = await endedGift()
  const { get, submit } = visitor()
  const signInUrl = String((await get(gift)).headers.location)
  const request = `${base}/request-link`
  const empty = await submit(request, (await get(signInUrl)).body, {
    email: '',
    password: '',
    purpose: 'sign_in',
  })
  expect(empty.statusCode).toBe(303)
  const wrong = await submit(request, (await get(String(empty.headers.location))).body, { email: 'nobody' })
  expect(wrong.statusCode).toBe(422)
  await submit(request, wrong.body, { email })
  expect(await linkFrom(contactId, 'sign_in')).toContain(
    `?next=${encodeURIComponent(gift.slice(base.length))}`,
  )
})

test.each(['https://evil.example', '//evil.example', '/\\evil.example', '/gift/x?y', `/${'a'.repeat(600)}`])(
  'a target outside the site is ignored: %s',
  async (next) => {
    const email = `guest${Math.random()}@example.com`
    const contactId = await makeContact(h.app, h.account.siteId, { email })
    const offerId = await makeOffer(h.app, h.account.siteId)
    await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
    const { get, submit } = visitor()
    const page = await get(`${base}/request-link?purpose=sign_in`)
    await submit(`${base}/request-link`, page.body, { email, next })
    const link = await linkFrom(contactId, 'sign_in')
    expect(link).not.toContain('?')
    const form = await get(`${link}?next=${encodeURIComponent(next)}`)
    expect(form.body).not.toContain('name="next"')
    expect((await submit(link, form.body, { next })).headers.location).toBe(`${base}/`)
  },
)
