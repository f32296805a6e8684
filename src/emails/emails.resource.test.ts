import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

let h: Harness
let ada: string
let bob: string
beforeAll(async () => {
  h = await startHarness()
  const { siteId } = h.account
  ada = await makeContact(h.app, siteId, { name: 'Ada', email: 'ada@example.com' })
  bob = await makeContact(h.app, siteId, { name: 'Bob', email: 'bob+news@example.com' })
  const gift = await makeOffer(h.app, siteId, { is_gift: true })
  await h.client.post(`/v1/contacts/${ada}/relationships/offers`, offersBody([gift]))
  const quiet = offersBody([await makeOffer(h.app, siteId)], { send_offer_grant_email: true })
  await h.client.post(`/v1/contacts/${bob}/relationships/offers`, quiet)
  await h.drain()
  await h.app.db.updateTable('emails').set({ status: 'failed' }).where('kind', '=', 'offer_grant').execute()
})
afterAll(() => h.close())

const list = async (parameters: string) => (await h.client.get(`/v1/emails?${parameters}`)).body
const kinds = async (parameters: string) =>
  (await list(parameters)).data
    .map(({ attributes }: { attributes: { kind: string } }) => attributes.kind)
    .sort()

test('an e-mail has its recipient, content and result', async () => {
  const { data } = await list(`filter[contact_id]=${ada}&filter[kind]=welcome&include=contact`)
  const { body } = await h.client.get(`/v1/emails/${data[0].id}`)
  expect(body.data).toEqual(data[0])
  expect(body.data).toMatchObject({
    type: 'emails',
    attributes: {
      kind: 'welcome',
      status: 'kept',
      to_name: 'Ada',
      to_email: 'ada@example.com',
      sent_at: null,
    },
    relationships: { contact: { data: { type: 'contacts', id: ada } } },
  })
  expect(body.data.attributes.html).toContain('<html')
  expect(body.data.attributes.text).toContain('Ada')
})

test.each([
  ['', ['gift', 'offer_grant', 'welcome', 'welcome']],
  ['filter[kind]=gift', ['gift']],
  ['filter[status]=failed', ['offer_grant']],
  ['filter[status]=kept', ['gift', 'welcome', 'welcome']],
  ['filter[status]=sent', []],
  ['filter[contact_id]=ADA', ['gift', 'welcome']],
  ['filter[contact_id]=ADA&filter[status]=failed', []],
  ['filter[to_email_eq]=Bob+news@example.com', ['offer_grant', 'welcome']],
  ['filter[to_email_cont]=bob+new', ['offer_grant', 'welcome']],
  ['filter[to_email_in]=nobody@example.com,bob%20news@example.com', ['offer_grant', 'welcome']],
])('e-mails can be filtered: %s', async (parameters, expected) => {
  expect(await kinds(parameters.replace('ADA', ada))).toEqual(expected)
})

test.each(['kind', 'status'])('an unknown %s is refused with those that there are', async (filter) => {
  const { errors } = await list(`filter[${filter}]=nothing`)
  expect(errors[0]).toMatchObject({ status: '400', source: { parameter: `filter[${filter}]` } })
  expect(errors[0].detail).toContain('must be one of')
})
