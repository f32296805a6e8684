import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
let offerId: string
let otherOffer: string
/** Three who hold an offer; the last has signed in. */
let members: string[]
beforeAll(async () => {
  h = await startHarness()
  const { siteId } = h.account
  offerId = await makeOffer(h.app, siteId)
  otherOffer = await makeOffer(h.app, siteId)
  members = []
  for (const offer of [offerId, otherOffer, offerId]) {
    const id = await makeContact(h.app, siteId)
    members.push(id)
    await h.client.post(
      `/v1/contacts/${id}/relationships/offers`,
      offersBody([offer], { send_customer_welcome_email: false }),
    )
  }
  await makeContact(h.app, siteId)
  await h.app.db
    .updateTable('customers')
    .set({ sign_in_count: 1 })
    .where('contact_id', '=', members[2]!)
    .execute()
  await h.drain()
})
afterAll(() => h.close())

const invite = (attributes: object = {}, query = '') =>
  h.client.post(`/v1/members/invitations${query}`, { data: { type: 'member_invitations', attributes } })

const welcomed = async () => {
  await h.drain()
  const { body } = await h.client.get('/v1/emails?filter[kind]=welcome&sort=created_at')
  return body.data.map(
    ({ relationships }: { relationships: { contact: { data: { id: string } } } }) =>
      relationships.contact.data.id,
  )
}

test('a dry run says who would be invited: who holds something and has never signed in', async () => {
  const { status, body } = await invite({}, '?dry_run=true')
  expect([status, body.meta.invited, body.meta.dry_run]).toEqual([200, 2, true])
  expect(body.meta.members.map(({ contact_id }: { contact_id: string }) => contact_id)).toEqual(
    members.slice(0, 2),
  )
  expect(await welcomed()).toEqual([])
})

test('a dry run in the body and misspelled attributes are refused, and nobody is invited', async () => {
  const refused = async (reply: ReturnType<typeof invite>) => {
    const { status, body } = await reply
    return [status, body.errors[0].source.pointer, body.errors[0].detail]
  }
  expect(await refused(invite({ dry_run: true }))).toEqual([
    422,
    '/data/attributes/dry_run',
    'Unknown member dry_run. It is a parameter of the query, as in ?dry_run=true.',
  ])
  expect(await refused(invite({ limits: 1 }))).toEqual([
    422,
    '/data/attributes/limits',
    'Unknown member limits. Did you mean limit?',
  ])
  expect(await welcomed()).toEqual([])
})

test('a filter that is unknown is refused, and a filter narrows', async () => {
  expect((await invite({ filter: { has_shade: '1' } })).status).toBe(422)
  const { body } = await invite({ filter: { has_offer_id: otherOffer } }, '?dry_run=true')
  expect(body.meta.members).toMatchObject([{ contact_id: members[1] }])
})

test('members are invited in batches, each once, with a link to sign in', async () => {
  expect((await invite({ limit: 1 })).body.meta).toMatchObject({ invited: 1, remaining: 1 })
  expect((await invite({ limit: 1 })).body.meta).toMatchObject({ invited: 1, remaining: 0 })
  expect((await invite()).body.meta).toMatchObject({ invited: 0, remaining: 0 })
  expect(await welcomed()).toEqual(members.slice(0, 2))
  const { body } = await h.client.get('/v1/emails?filter[kind]=welcome')
  expect(body.data[0].attributes.text).toMatch(/https?:\/\/\S+/)
})

test('again invites who was invited more than a day ago, and nobody who was invited just now', async () => {
  expect((await invite({ again: true })).body.meta).toMatchObject({ invited: 0 })
  const yesterday = new Date(h.app.clock.now().getTime() - 25 * 3_600_000)
  await h.app.db
    .updateTable('customers')
    .set({ invited_at: yesterday })
    .where('contact_id', '=', members[0]!)
    .execute()
  expect((await invite()).body.meta).toMatchObject({ invited: 0 })
  expect((await invite({ again: true })).body.meta).toMatchObject({ invited: 1 })
})

test('two who invite at once invite nobody twice', async () => {
  await h.app.db.updateTable('customers').set({ invited_at: null }).execute()
  const before = (await welcomed()).length
  const answers = await Promise.all([1, 2, 3].map(() => invite()))
  expect(answers.map(({ body }) => body.meta.invited).reduce((sum, count) => sum + count, 0)).toBe(2)
  expect((await welcomed()).length - before).toBe(2)
})
