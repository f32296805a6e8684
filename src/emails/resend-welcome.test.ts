import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeKey, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

async function customer() {
  const contact = await makeContact(h.app, h.account.siteId)
  const offer = await makeOffer(h.app, h.account.siteId, { title: 'Painting Light' })
  const { body } = await h.client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody([offer]))
  await h.drain()
  return { contact, id: body.meta.customer_id as string }
}

const welcomesOf = async (contact: string) => {
  const { body } = await h.client.get(
    `/v1/emails?filter[contact_id]=${contact}&filter[kind]=welcome&sort=created_at`,
  )
  return body.data.map(({ attributes }: { attributes: { text: string } }) => attributes.text) as string[]
}

const linkIn = (text: string) => /\/welcome\/([\w-]+)/.exec(text)![1]

test('the welcome e-mail is sent again, with a new link and the offers that are held; both links work', async () => {
  const { contact, id } = await customer()
  const { status, body } = await h.client.post(`/v1/customers/${id}/resend_welcome_email`)
  expect([status, body.meta.customer_id]).toEqual([200, id])
  const event = await h.client.get(`/v1/events/${body.meta.event_id}`)
  expect(event.body.data.attributes).toMatchObject({ event: 'welcome_email_requested' })
  expect((await h.client.post(`/v1/contacts/${contact}/resend_welcome_email`)).status).toBe(200)
  await h.drain()
  const texts = await welcomesOf(contact)
  expect(texts).toHaveLength(3)
  expect(new Set(texts.map(linkIn)).size).toBe(3)
  for (const text of texts) expect(text).toContain('Painting Light')
  const { rows } = await h.app.pool.query(
    `select count(*)::int as count from member_links where customer_id = $1 and purpose = 'welcome' and used_at is null`,
    [id],
  )
  expect(rows[0].count).toBe(3)
})

test('with an Idempotency-Key a repetition sends no other e-mail', async () => {
  const { contact, id } = await customer()
  for (let i = 0; i < 2; i++)
    await h.client.post(`/v1/customers/${id}/resend_welcome_email`, undefined, {
      'idempotency-key': `again ${id}`,
    })
  await h.drain()
  expect(await welcomesOf(contact)).toHaveLength(2)
})

test('who is not a customer gets none (422), and it takes manage:emails', async () => {
  const contact = await makeContact(h.app, h.account.siteId)
  const path = `/v1/contacts/${contact}/resend_welcome_email`
  const { status, body } = await h.client.post(path)
  expect([status, body.errors[0].code]).toEqual([422, 'not_a_customer'])
  const key = await makeKey(h.app, h.account, ['manage:grants', 'view:emails'])
  expect((await h.clientWith(key.token).post(path)).status).toBe(403)
})
