import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness({ settings: { EXTENSIONS: 'off' } })
})
afterAll(() => h.close())

test('with EXTENSIONS off their operations are not there, nor in the document', async () => {
  for (const path of ['/v1/emails', '/v1/emails/1']) {
    const { status, body } = await h.client.get(path)
    expect([status, body.errors[0].code]).toEqual([404, 'unknown_path'])
  }
  const { body } = await h.client.get('/openapi.json')
  expect(Object.keys(body.paths).filter((path) => path.startsWith('/v1/emails'))).toEqual([])
})

test('with EXTENSIONS off what they add to a grant is passed over', async () => {
  const id = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId)
  const body = offersBody([offerId], { send_offer_grant_email: true, send_customer_welcome_email: false })
  expect((await h.client.post(`/v1/contacts/${id}/relationships/offers`, body)).status).toBe(200)
  await h.drain()
  expect(await h.app.db.selectFrom('emails').select('id').execute()).toEqual([])
})

test('with EXTENSIONS off an exact e-mail is still found exactly: ignoring it would name the wrong person', async () => {
  const wanted = await makeContact(h.app, h.account.siteId, { email: 'ada@example.com' })
  await makeContact(h.app, h.account.siteId, { email: 'bob@example.com' })
  for (const filter of ['email', 'email_eq']) {
    const { body } = await h.client.get(`/v1/contacts?filter[${filter}]=ADA@example.com`)
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual([wanted])
  }
})
