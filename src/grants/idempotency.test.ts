import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeKey, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const offersOf = (contactId: string) => `/v1/contacts/${contactId}/relationships/offers`
const withKey = (key: string) => ({ 'idempotency-key': key })

test('the same key and request return the first response, whatever has changed since', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const body = offersBody([await makeOffer(h.app, h.account.siteId)])
  const first = await h.client.post(offersOf(contactId), body, withKey('a'))
  await h.client.delete(offersOf(contactId), body)
  const second = await h.client.post(offersOf(contactId), body, withKey('a'))
  expect(second.status).toBe(200)
  expect(second.body).toEqual(first.body)
  expect([first, second].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true'])
  expect((await h.client.get(offersOf(contactId))).body.data).toEqual([])
})

test('the same key with another body or for another contact is refused', async () => {
  const [one, two] = [await makeContact(h.app, h.account.siteId), await makeContact(h.app, h.account.siteId)]
  const offerIds = [await makeOffer(h.app, h.account.siteId), await makeOffer(h.app, h.account.siteId)]
  await h.client.post(offersOf(one), offersBody([offerIds[0]!]), withKey('b'))
  for (const [contactId, offerId] of [
    [one, offerIds[1]],
    [two, offerIds[0]],
  ]) {
    const refused = await h.client.post(offersOf(contactId!), offersBody([offerId!]), withKey('b'))
    expect([refused.status, refused.body.errors[0].code]).toEqual([422, 'idempotency_key_reused'])
    expect(refused.body.errors[0].source).toEqual({ header: 'Idempotency-Key' })
  }
})

test('a key belongs to one account, method and route', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const body = offersBody([await makeOffer(h.app, h.account.siteId)])
  for (const method of ['post', 'patch', 'delete'] as const) {
    const answer = await h.client[method](offersOf(contactId), body, withKey('c'))
    expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([200, null])
  }
})

test('an Idempotency-Key belongs to an API key: a request with another one is a request of its own', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const path = `/v1/contacts/${contactId}`
  const body = { data: { type: 'contacts', id: contactId, attributes: { name: 'Changed' } } }
  const first = await h.client.patch(`${path}?include=offers`, body, withKey('theirs'))
  expect(first.status).toBe(200)
  const other = h.clientWith((await makeKey(h.app, h.account, ['manage:contacts', 'view:contacts'])).token)
  const refused = await other.patch(`${path}?include=offers`, body, withKey('theirs'))
  expect([refused.status, refused.body.errors[0].source]).toEqual([403, { parameter: 'include' }])
  const own = await other.patch(path, body, withKey('theirs'))
  expect([own.status, own.headers.get('idempotent-replayed')]).toEqual([200, null])

  const grant = offersBody([await makeOffer(h.app, h.account.siteId)])
  const granting = h.clientWith((await makeKey(h.app, h.account, ['manage:grants'])).token)
  await h.client.post(offersOf(contactId), grant, withKey('granted'))
  const again = await granting.post(offersOf(contactId), grant, withKey('granted'))
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, null])
  expect(again.body.meta.offers[0].status).toBe('already_granted')
})

test('a stored response is not replayed to a key that has lost the permission for its includes', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const path = `/v1/contacts/${contactId}?include=offers`
  const body = { data: { type: 'contacts', id: contactId, attributes: { name: 'Changed' } } }
  const key = await makeKey(h.app, h.account, ['manage:contacts', 'view:offers'])
  const client = h.clientWith(key.token)
  expect((await client.patch(path, body, withKey('before'))).status).toBe(200)
  const replayed = await client.patch(path, body, withKey('before'))
  expect([replayed.status, replayed.headers.get('idempotent-replayed')]).toEqual([200, 'true'])
  const permissions = ['manage:contacts']
  await h.app.db.updateTable('api_keys').set({ permissions }).where('id', '=', key.id).execute()
  expect((await client.patch(path, body, withKey('before'))).status).toBe(403)
})

test('the same key with another query string is refused: the first response would be wrong for it', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const body = { data: { type: 'contacts', id: contactId, attributes: { name: 'Changed' } } }
  await h.client.patch(`/v1/contacts/${contactId}`, body, withKey('query'))
  const refused = await h.client.patch(`/v1/contacts/${contactId}?include=offers`, body, withKey('query'))
  expect([refused.status, refused.body.errors[0].code]).toEqual([422, 'idempotency_key_reused'])
})

test('a request that fails leaves its key free', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId, { archived_at: h.app.clock.now() })
  expect((await h.client.post(offersOf(contactId), offersBody([offerId]), withKey('d'))).status).toBe(404)
  await h.app.db.updateTable('offers').set({ archived_at: null }).where('id', '=', offerId).execute()
  const answer = await h.client.post(offersOf(contactId), offersBody([offerId]), withKey('d'))
  expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([200, null])
})

test('keys of a batch: what was done is replayed, what failed is tried again', async () => {
  const offerId = await makeOffer(h.app, h.account.siteId)
  const contactIds: string[] = []
  for (let i = 0; i < 6; i++) contactIds.push(await makeContact(h.app, h.account.siteId))
  const grantAll = (unknown: string) =>
    Promise.all(
      contactIds.toReversed().map((id, i) => {
        const body = offersBody(i % 2 === 0 ? [offerId] : [offerId, unknown])
        return h.client.post(offersOf(id), body, i === 4 ? {} : withKey(`batch ${i}`))
      }),
    )
  const first = await grantAll('999999')
  expect(first.map(({ status }) => status)).toEqual([200, 404, 200, 404, 200, 404])
  const second = await grantAll(await makeOffer(h.app, h.account.siteId))
  expect(second.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
  const replayed = second.map(({ headers }) => headers.get('idempotent-replayed'))
  expect(replayed).toEqual(['true', null, 'true', null, null, null])
  for (const i of [0, 2]) expect(second[i]!.body).toEqual(first[i]!.body)
  expect(second[4]!.body.meta.offers[0].status).toBe('already_granted')
})

test('of five concurrent requests with one key one takes effect, and all get its response', async () => {
  for (let round = 0; round < 20; round++) {
    const contactId = await makeContact(h.app, h.account.siteId)
    const body = offersBody([await makeOffer(h.app, h.account.siteId)])
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => h.client.post(offersOf(contactId), body, withKey(`e${round}`))),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1)
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(4)
    expect(answers[0]!.body.meta.offers[0].status).toBe('granted')
  }
})

test('while the first request is running, the second gets 409 with Retry-After, and succeeds later', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const body = offersBody([await makeOffer(h.app, h.account.siteId)])
  const blocker = await h.app.pool.connect()
  await blocker.query('begin')
  await blocker.query('select from contacts where id = $1 for update', [contactId])
  const first = h.client.post(offersOf(contactId), body, withKey('f'))
  await expect
    .poll(
      async () =>
        (
          await h.app.pool.query(
            "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
          )
        ).rowCount,
    )
    .toBeGreaterThan(0)
  const second = await h.client.post(offersOf(contactId), body, withKey('f'))
  await blocker.query('rollback')
  blocker.release()
  expect([second.status, second.headers.get('retry-after')]).toEqual([409, '1'])
  expect((await first).status).toBe(200)
  expect(
    (await h.client.post(offersOf(contactId), body, withKey('f'))).headers.get('idempotent-replayed'),
  ).toBe('true')
})

test('a key can be used again after 24 hours', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const body = offersBody([await makeOffer(h.app, h.account.siteId)])
  await h.client.post(offersOf(contactId), body, withKey('g'))
  await h.app.db
    .updateTable('idempotency_keys')
    .set({ created_at: new Date(Date.now() - 25 * 3_600_000) })
    .where('key', '=', 'g')
    .execute()
  const answer = await h.client.post(offersOf(contactId), body, withKey('g'))
  expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([200, null])
})

test('creating a contact twice with one key creates one contact', async () => {
  const body = { data: { type: 'contacts', attributes: { name: 'Twice', email: 'twice@example.com' } } }
  const first = await h.client.post('/v1/contacts', body, withKey('h'))
  const second = await h.client.post('/v1/contacts', body, withKey('h'))
  expect([first.status, second.status]).toEqual([201, 201])
  expect(second.body).toEqual(first.body)
  expect(second.headers.get('location')).toBe(first.headers.get('location'))
})

test.each(['', ' ', 'x'.repeat(256)])(
  'a key that is blank or longer than 255 characters is refused',
  async (key) => {
    const contactId = await makeContact(h.app, h.account.siteId)
    const answer = await h.client.post(offersOf(contactId), offersBody([]), withKey(key))
    expect([answer.status, answer.body.errors[0].source]).toEqual([400, { header: 'Idempotency-Key' }])
  },
)

test('a stored response with a contact is deleted with the contact', async () => {
  const body = {
    data: { type: 'contacts', attributes: { name: 'Forget me', email: 'forget.me@example.com' } },
  }
  const { body: made } = await h.client.post('/v1/contacts', body, withKey('i'))
  await h.client.delete(`/v1/contacts/${made.data.id}`)
  const { rows } = await h.app.pool.query(
    "select from idempotency_keys where outcome::text like '%forget.me%'",
  )
  expect(rows).toHaveLength(0)
})
