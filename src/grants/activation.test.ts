import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { MovableClock } from '../platform/clock/clock.ts'
import { makeContact, makeKey, makeOffer, offersBody, unique } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { countRows } from '../testing/refusals.ts'

let h: Harness
let offerId: string
let urls: { activate_url: string; deactivate_url: string }
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())
beforeEach(async () => {
  offerId = await makeOffer(h.app, h.account.siteId)
  urls = (await h.client.get(`/v1/offers/${offerId}/activation_url`)).body.data.attributes
})

const JSON_TYPE = { 'content-type': 'application/json' }
const shop = () => h.clientWith(null)

/** Calls an activation URL without a token, as a shop does. */
const call = (url: string, body: unknown, headers: Record<string, string> = JSON_TYPE) =>
  shop().post(url.replace(h.url, ''), body, headers)

const form = (fields: Record<string, string>) =>
  [new URLSearchParams(fields).toString(), { 'content-type': 'application/x-www-form-urlencoded' }] as const

const newEmail = () => `buyer${unique()}@example.com`

async function heldBy(email: string) {
  const { rows } = await sql<{
    offer_id: string
    source: string
    granted_by: string
    external_user_id: string
    name: string
  }>`
    select g.offer_id, g.source, g.granted_by, x.external_id as external_user_id, c.name
      from customers c left join contact_external_ids x on x.contact_id = c.contact_id and x.position = 0 join offer_grants g on g.customer_id = c.id and g.revoked_at is null where c.email = ${email}`.execute(
    h.app.db,
  )
  return rows
}

async function kindsTo(email: string): Promise<string[]> {
  await h.drain()
  const emails = await h.app.db.selectFrom('emails').select('kind').where('to_email', '=', email).execute()
  return emails.map(({ kind }) => kind).sort()
}

test.each(['JSON', 'form'])('a shop that sends %s creates a customer who holds the offer', async (kind) => {
  const fields = {
    name: 'Grace Hopper',
    email: ` ${newEmail().toUpperCase()} `,
    external_user_id: `shop-${unique()}`,
  }
  const email = fields.email.trim().toLowerCase()
  const answer =
    kind === 'JSON' ? await call(urls.activate_url, fields) : await call(urls.activate_url, ...form(fields))
  expect([answer.status, answer.body]).toEqual([200, { status: 'activated' }])
  expect(await heldBy(email)).toEqual([
    {
      offer_id: offerId,
      source: 'inbound_url',
      granted_by: `inbound_url:${offerId}`,
      external_user_id: fields.external_user_id,
      name: 'Grace Hopper',
    },
  ])
  expect(await kindsTo(email)).toEqual(['welcome'])
})

test('a confirmation is sent when the URL requests it', async () => {
  const email = newEmail()
  await call(`${urls.activate_url}?send_offer_grant_email=true`, { email })
  expect(await kindsTo(email)).toEqual(['offer_grant', 'welcome'])
})

test('a shop that can only call a URL names the buyer in the query string; the body comes first', async () => {
  const [email, other] = [newEmail(), newEmail()]
  const query = new URLSearchParams({ email, name: 'Grace Hopper', external_user_id: `shop-${unique()}` })
  expect((await call(`${urls.activate_url}?${query}`, {})).status).toBe(200)
  expect(await heldBy(email)).toMatchObject([{ name: 'Grace Hopper' }])
  const { external_user_id: _, ...rest } = Object.fromEntries(query)
  await call(`${urls.activate_url}?${new URLSearchParams(rest)}`, { email: other })
  expect(await heldBy(other)).toHaveLength(1)
  expect((await call(`${urls.deactivate_url}?${new URLSearchParams({ email })}`, {})).status).toBe(200)
  expect(await heldBy(email)).toEqual([])
})

test('no welcome is sent when the URL declines it', async () => {
  const email = newEmail()
  await call(`${urls.activate_url}?send_customer_welcome_email=false`, { email })
  expect(await heldBy(email)).toHaveLength(1)
  expect(await kindsTo(email)).toEqual([])
})

test.each(['False', '0', 'FALSE'])('no welcome is sent when the URL declines it with %s', async (flag) => {
  const email = newEmail()
  await call(`${urls.activate_url}?send_customer_welcome_email=${flag}`, { email })
  expect([await heldBy(email), await kindsTo(email)]).toEqual([[expect.anything()], []])
})

test.each(['no', 'nope', ''])(
  'a flag in the URL that is %j is refused, and nothing is granted',
  async (flag) => {
    const email = newEmail()
    for (const name of ['send_customer_welcome_email', 'send_offer_grant_email']) {
      const { status, body } = await call(`${urls.activate_url}?${name}=${flag}`, { email })
      expect([status, JSON.stringify(body)]).toEqual([
        400,
        expect.stringContaining(`${name} must be true or false`),
      ])
    }
    expect(await heldBy(email)).toEqual([])
  },
)

test('without a request no confirmation is sent, also when the site confirms grants over the API', async () => {
  await h.app.db.updateTable('sites').set({ send_offer_grant_email: true }).execute()
  const email = newEmail()
  await call(urls.activate_url, { email })
  await h.app.db.updateTable('sites').set({ send_offer_grant_email: false }).execute()
  expect(await kindsTo(email)).toEqual(['welcome'])
})

test('a known contact is granted the offer, and not changed', async () => {
  const email = newEmail()
  await makeContact(h.app, h.account.siteId, { name: 'Ada Lovelace', email })
  expect((await call(urls.activate_url, { email, name: 'Somebody Else' })).status).toBe(200)
  expect(await heldBy(email)).toMatchObject([{ offer_id: offerId, name: 'Ada Lovelace' }])
})

test.each([
  [{}, "email: can't be blank"],
  [{ email: ' ' }, "email: can't be blank"],
  [{ email: 'nobody' }, 'email: is invalid'],
])('%j is refused in Kajabi’s words, and nothing is written', async (fields, words) => {
  for (const url of [urls.activate_url, urls.deactivate_url]) {
    const before = await countRows(h.app)
    const { status, body } = await call(url, fields)
    expect([status, body.error]).toEqual([422, words])
    expect(await countRows(h.app)).toEqual(before)
  }
})

test.each(['name', 'external_user_id'])('a %s that is too long is refused', async (field) => {
  const before = await countRows(h.app)
  const { status, body } = await call(urls.activate_url, { email: newEmail(), [field]: 'x'.repeat(1_001) })
  expect([status, body.error]).toEqual([422, `${field}: is too long`])
  expect(await countRows(h.app)).toEqual(before)
})

test('a held offer is reported, and nothing is written', async () => {
  const email = newEmail()
  await call(urls.activate_url, { email })
  const before = await countRows(h.app)
  const { status, body } = await call(urls.activate_url, { email, external_user_id: 'new' })
  expect([status, body.error]).toEqual([422, 'The offer has already been granted to this member'])
  expect(await countRows(h.app)).toEqual(before)
})

/** The activation URLs of another offer of the site. */
async function otherOffer() {
  const id = await makeOffer(h.app, h.account.siteId)
  const { body } = await h.client.get(`/v1/offers/${id}/activation_url`)
  return { id, ...(body.data.attributes as typeof urls) }
}

const otherEmails = async () => {
  const { rows } = await h.app.pool.query<{ email: string }>(
    "select data ->> 'email' as email from events where type = 'other_email_given' order by id",
  )
  return rows.map(({ email }) => email)
}

test('a repeat buyer with another e-mail is matched by the id; the stored e-mail stays, the other is recorded', async () => {
  const [email, second, external_user_id] = [newEmail(), newEmail(), `shop-${unique()}`]
  await call(urls.activate_url, { email, external_user_id })
  const offer = await otherOffer()
  const { status } = await call(offer.activate_url, { email: second.toUpperCase(), external_user_id })
  expect(status).toBe(200)
  expect((await heldBy(email)).map(({ offer_id }) => offer_id).sort()).toEqual([offerId, offer.id].sort())
  expect(await heldBy(second)).toEqual([])
  expect((await otherEmails()).at(-1)).toBe(second)
  const contact = (await h.client.get(`/v1/contacts?filter[email]=${email}`)).body.data[0]
  await h.client.delete(`/v1/contacts/${contact.id}`)
  expect(await otherEmails()).not.toContain(second)
})

test('a known id needs no e-mail; an unknown one does', async () => {
  const [email, external_user_id] = [newEmail(), `shop-${unique()}`]
  await call(urls.activate_url, { email, external_user_id })
  const offer = await otherOffer()
  expect((await call(offer.activate_url, { external_user_id })).status).toBe(200)
  expect(await heldBy(email)).toHaveLength(2)
  const unknown = await call(offer.activate_url, { external_user_id: 'nobody' })
  expect([unknown.status, unknown.body.error]).toEqual([422, "email: can't be blank"])
})

test('an id of one contact and the e-mail of another: the id decides, and the answer says so', async () => {
  const [email, external_user_id, other] = [newEmail(), `shop-${unique()}`, { email: newEmail() }]
  await call(urls.activate_url, { email, external_user_id })
  const otherId = await makeContact(h.app, h.account.siteId, other)
  const offer = await otherOffer()
  const { status, body } = await call(offer.activate_url, { ...other, external_user_id })
  expect([status, body.warning]).toEqual([200, expect.stringContaining(`that of contact ${otherId}`)])
  expect(await heldBy(email)).toHaveLength(2)
  expect(await heldBy(other.email)).toEqual([])
  const ended = await call(offer.deactivate_url, { ...other, external_user_id })
  expect(ended.body.warning).toContain('revoked from contact')
})

test('an unknown id is recorded for the contact with the e-mail; those it has stay, and find it', async () => {
  const [email, ids] = [newEmail(), [`shop-${unique()}`, `shop-${unique()}`]]
  await call(urls.activate_url, { email, external_user_id: ids[0] })
  await call((await otherOffer()).activate_url, { email, external_user_id: ids[1] })
  const [contact] = (await h.client.get(`/v1/contacts?filter[email]=${email}`)).body.data
  expect(contact.attributes).toMatchObject({
    external_user_id: ids[1],
    external_user_ids: [ids[1], ids[0]].map((id) => ({ source: null, id })),
  })
  expect((await call((await otherOffer()).activate_url, { external_user_id: ids[0] })).status).toBe(200)
  expect(await heldBy(email)).toHaveLength(3)
})

test('each source is a namespace of its own', async () => {
  const [one, other, id] = [newEmail(), newEmail(), `user-${unique()}`]
  await call(urls.activate_url, { email: one, external_user_id: id, source: 'Shopify' })
  await call(urls.activate_url, { email: other, external_user_id: id, source: 'zapier' })
  const offer = await otherOffer()
  await call(offer.activate_url, { external_user_id: id, source: 'zapier' })
  expect([(await heldBy(one)).length, (await heldBy(other)).length]).toEqual([1, 2])
  const unnamed = await call(offer.activate_url, { external_user_id: id })
  expect([unnamed.status, unnamed.body.error]).toEqual([422, "email: can't be blank"])
  const wrong = await call(offer.activate_url, { external_user_id: id, source: 'my shop' })
  expect([wrong.status, wrong.body.error]).toEqual([422, 'source: is invalid'])
})

test('two concurrent calls with one new id and two e-mails grant both offers to one contact', async () => {
  const external_user_id = `shop-${unique()}`
  const offer = await otherOffer()
  const answers = await Promise.all(
    [urls, offer].map(({ activate_url }) => call(activate_url, { email: newEmail(), external_user_id })),
  )
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  const { rows } = await h.app.pool.query(
    `select count(*)::int as grants, count(distinct customer_id)::int as customers from offer_grants
      where offer_id = any ($1)`,
    [[offerId, offer.id]],
  )
  expect(rows).toEqual([{ grants: 2, customers: 1 }])
})

test('access can be ended by the id also after the e-mail has changed', async () => {
  const [email, changed, external_user_id] = [newEmail(), newEmail(), `shop-${unique()}`]
  await call(urls.activate_url, { email, external_user_id })
  const contact = (await h.client.get(`/v1/contacts?filter[email]=${email}`)).body.data[0]
  await h.client.patch(`/v1/contacts/${contact.id}`, {
    data: { type: 'contacts', attributes: { email: changed } },
  })
  const answer = await call(urls.deactivate_url, ...form({ external_user_id }))
  expect([answer.status, answer.body]).toEqual([200, { status: 'deactivated' }])
  expect(await heldBy(changed)).toEqual([])
})

test('a plus sign that a form did not escape is a plus sign, and a domain can be in punycode', async () => {
  const n = unique()
  const body = `email=grace+shop${n}@xn--bcher-kva.example&name=Grace`
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await call(urls.activate_url, body, type)).status).toBe(200)
  expect(await heldBy(`grace+shop${n}@bücher.example`)).toHaveLength(1)
  expect((await call(urls.deactivate_url, body, type)).status).toBe(200)
})

test('of many concurrent calls for a new contact, one grants and the others return that it is held', async () => {
  const email = newEmail()
  const answers = await Promise.all(Array.from({ length: 8 }, () => call(urls.activate_url, { email })))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(422)])
  expect(await heldBy(email)).toHaveLength(1)
  expect(await kindsTo(email)).toEqual(['welcome'])
})

test('deactivating revokes the offer; for an unknown contact or one without the offer it is an error that writes nothing', async () => {
  const [email, external_user_id] = [newEmail(), `shop-${unique()}`]
  await call(urls.activate_url, { email, external_user_id })
  const { status, body: done } = await call(urls.deactivate_url, { email })
  expect([status, done]).toEqual([200, { status: 'deactivated' }])
  expect(await heldBy(email)).toEqual([])
  const before = await countRows(h.app)
  for (const fields of [{ email }, { external_user_id }, { email: newEmail() }, { external_user_id: '?' }]) {
    const again = await call(urls.deactivate_url, fields)
    expect([again.status, again.body.error]).toEqual([422, 'Offer grant not found for offer on member'])
  }
  expect(await countRows(h.app)).toEqual(before)
  const { body } = await h.client.get(`/v1/grants?filter[offer_id]=${offerId}`)
  expect(body.data).toMatchObject([{ attributes: { source: 'inbound_url', revoke_reason: 'revoked' } }])
})

test('a URL with another token, offer or action is not found', async () => {
  const other = await makeOffer(h.app, h.account.siteId)
  const token = urls.activate_url.split('/').at(-3)!
  for (const path of [
    `/webhooks/offers/${randomBytes(32).toString('base64url')}/${offerId}/activate`,
    `/webhooks/offers/${token.slice(0, -1)}/${offerId}/activate`,
    `/webhooks/offers/${token}/${other}/activate`,
    `/webhooks/offers/${token}/abc/deactivate`,
    `/webhooks/offers/null/${other}/activate`,
    `/webhooks/offers/${token}/${offerId}/delete`,
  ]) {
    expect((await call(path, { email: newEmail() })).status).toBe(404)
  }
})

test('an archived offer cannot be granted, but revoked, by the URL that is shown', async () => {
  const email = newEmail()
  await call(urls.activate_url, { email })
  await h.app.db
    .updateTable('offers')
    .set({ archived_at: h.app.clock.now() })
    .where('id', '=', offerId)
    .execute()
  const shown = await h.client.get(`/v1/offers/${offerId}/activation_url`)
  expect(shown.body.data.attributes).toEqual(urls)
  expect((await call(urls.activate_url, { email: newEmail() })).status).toBe(404)
  expect((await call(urls.deactivate_url, { email })).status).toBe(200)
  expect(await heldBy(email)).toEqual([])
})

test('the URLs stay valid until they are rotated, and are stored sealed', async () => {
  const path = `/v1/offers/${offerId}/activation_url`
  expect((await h.client.get(path)).body.data.attributes).toEqual(urls)
  const { activation_token } = await h.app.db
    .selectFrom('offers')
    .select('activation_token')
    .where('id', '=', offerId)
    .executeTakeFirstOrThrow()
  const token = urls.activate_url.split('/').at(-3)!
  expect(activation_token).not.toContain(token)
  expect(h.app.sealer.unseal(activation_token!)).toBe(token)
  const again = { 'idempotency-key': 'rotation' }
  const rotated = await h.client.post(`${path}/rotate?keep_old_valid_for_hours=0`, undefined, again)
  const { attributes } = rotated.body.data
  expect(attributes.activate_url).not.toBe(urls.activate_url)
  expect((await call(urls.activate_url, { email: newEmail() })).status).toBe(404)
  expect((await call(attributes.activate_url, { email: newEmail() })).status).toBe(200)
  expect(
    (await h.client.post(`${path}/rotate?keep_old_valid_for_hours=0`, undefined, again)).body.data.attributes,
  ).toEqual({
    previous_valid_until: null,
  })
  const kept = await h.app.db.selectFrom('idempotency_keys').selectAll().execute()
  expect(JSON.stringify(kept)).not.toContain(attributes.activate_url.split('/').at(-3))
})

describe('URLs that were replaced', () => {
  const rotate = (hours?: string) =>
    h.client.post(
      `/v1/offers/${offerId}/activation_url/rotate${hours ? `?keep_old_valid_for_hours=${hours}` : ''}`,
    )
  const works = async (url: string) => (await call(url, { email: newEmail() })).status === 200
  const advance = (hours: number) => (h.app.clock as MovableClock).advance(h.app.db, hours * 3_600_000)
  const shown = async () =>
    (await h.client.get(`/v1/offers/${offerId}`)).body.data.attributes.previous_activation_urls_valid_until

  test('stay valid for 24 hours, which the offer shows', async () => {
    const { attributes } = (await rotate()).body.data
    const hours = (Date.parse(attributes.previous_valid_until) - h.app.clock.now().getTime()) / 3_600_000
    expect(hours).toBeCloseTo(24, 1)
    expect(await shown()).toBe(attributes.previous_valid_until)
    expect(await works(urls.activate_url)).toBe(true)
    await advance(25)
    expect([await works(urls.activate_url), await works(attributes.activate_url)]).toEqual([false, true])
    expect(await shown()).toBeNull()
  })

  test('each stay valid for as long as they were to; 0 ends all of them', async () => {
    const second = (await rotate('72')).body.data.attributes
    await rotate('1')
    await advance(2)
    expect([await works(urls.activate_url), await works(second.activate_url)]).toEqual([true, false])
    const last = (await rotate('0')).body.data.attributes
    expect(last.previous_valid_until).toBeNull()
    expect([await works(urls.activate_url), await works(last.activate_url)]).toEqual([false, true])
  })

  test.each(['-1', '721', '1.5', 'day'])('cannot be kept for %s hours', async (hours) => {
    const { status, body } = await rotate(hours)
    expect([status, body.errors[0].source]).toEqual([400, { parameter: 'keep_old_valid_for_hours' }])
  })

  test('are at most ten, so that none ends before its time', async () => {
    for (let n = 0; n < 10; n++) expect((await rotate()).status).toBe(200)
    expect((await rotate()).status).toBe(409)
    expect((await rotate('0')).status).toBe(200)
  })
})

test('two concurrent first requests for an activation URL get the same one', async () => {
  const path = `/v1/offers/${await makeOffer(h.app, h.account.siteId)}/activation_url`
  const answers = await Promise.all([1, 2, 3].map(() => h.client.get(path)))
  expect(new Set(answers.map(({ body }) => body.data.attributes.activate_url)).size).toBe(1)
})

test('a key that may not grant may not view the URLs', async () => {
  const client = h.clientWith((await makeKey(h.app, h.account, ['view:offers', 'view:grants'])).token)
  expect((await client.get(`/v1/offers/${offerId}/activation_url`)).status).toBe(403)
  expect((await client.post(`/v1/offers/${offerId}/activation_url/rotate`)).status).toBe(403)
})

test('granting over the API what an activation URL has granted makes no second grant', async () => {
  const email = newEmail()
  await call(urls.activate_url, { email })
  const { body } = await h.client.get(`/v1/contacts?filter[email]=${email}`)
  const path = `/v1/contacts/${body.data[0].id}/relationships/offers`
  const again = await h.client.post(path, offersBody([offerId]))
  expect(again.body.meta.offers).toEqual([{ id: offerId, status: 'already_granted', expires_at: null }])
})

test('the name that a shop sends replaces none, or one that was made from the e-mail, and no other', async () => {
  const email = newEmail()
  await makeContact(h.app, h.account.siteId, { email, name: '' })
  const buy = async (name: string) => {
    const offer = await makeOffer(h.app, h.account.siteId)
    const { activate_url } = (await h.client.get(`/v1/offers/${offer}/activation_url`)).body.data.attributes
    expect((await call(activate_url, { email, name })).status).toBeLessThan(300)
    return (await heldBy(email))[0]!.name
  }
  expect(await buy('')).toBe(email.split('@')[0])
  expect(await buy('Ada Lovelace')).toBe('Ada Lovelace')
  expect(await buy('Somebody')).toBe('Ada Lovelace')
})
