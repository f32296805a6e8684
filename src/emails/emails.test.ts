import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, makeProduct, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const offersOf = (contactId: string) => `/v1/contacts/${contactId}/relationships/offers`

interface Email {
  kind: string
  status: string
  to_email: string
  subject: string
  html: string
  text: string
}

async function emailsTo(contactId: string): Promise<Email[]> {
  await h.drain()
  const { body } = await h.client.get(`/v1/emails?filter[contact_id]=${contactId}&sort=created_at`)
  return body.data.map(({ attributes }: { attributes: Email }) => attributes)
}

const kinds = (emails: Email[]) => emails.map(({ kind }) => kind).sort()

test('a new customer gets the welcome e-mail with the granted offers and a link', async () => {
  const contactId = await makeContact(h.app, h.account.siteId, {
    name: 'Ada Lovelace',
    email: 'ada@example.com',
  })
  const productId = await makeProduct(h.app, h.account.siteId, 'Painting Light')
  const offerId = await makeOffer(h.app, h.account.siteId, {
    title: 'Studio Bundle',
    productIds: [productId],
  })
  await h.client.post(offersOf(contactId), offersBody([offerId]))
  const [welcome, ...others] = await emailsTo(contactId)
  expect(others).toEqual([])
  expect(welcome).toMatchObject({ kind: 'welcome', status: 'kept', to_email: 'ada@example.com' })
  for (const part of [welcome!.html, welcome!.text]) {
    for (const words of ['Ada', 'Studio Bundle', 'Painting Light', '/welcome/']) expect(part).toContain(words)
  }
})

test('a recipient without a name is greeted without one', async () => {
  const contactId = await makeContact(h.app, h.account.siteId, {
    name: '',
    email: 'jane.doe+kajabi@example.com',
  })
  await h.client.post(offersOf(contactId), offersBody([await makeOffer(h.app, h.account.siteId)]))
  const [welcome] = await emailsTo(contactId)
  expect(welcome!.text).toMatch(/^Hello,$/m)
  expect(welcome!.html).toContain('Hello,')
})

test('no welcome e-mail is sent when the request declines it', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId)
  await h.client.post(offersOf(contactId), offersBody([offerId], { send_customer_welcome_email: false }))
  expect(await emailsTo(contactId)).toEqual([])
})

test('a customer gets no second welcome e-mail, also not after a revocation', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const [first, second] = [await makeOffer(h.app, h.account.siteId), await makeOffer(h.app, h.account.siteId)]
  await h.client.post(offersOf(contactId), offersBody([first]))
  await h.client.post(offersOf(contactId), offersBody([second]))
  await h.client.patch(offersOf(contactId), offersBody([]))
  await h.client.post(offersOf(contactId), offersBody([first]))
  expect(kinds(await emailsTo(contactId))).toEqual(['welcome'])
})

test('a gift offer sends the gift e-mail whatever the welcome flag says, with the giver and the message', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId, { title: 'Painting Light', is_gift: true })
  const meta = {
    send_customer_welcome_email: false,
    gift: { from_name: 'Aunt Mabel', message: 'Happy birthday!' },
  }
  await h.client.post(offersOf(contactId), offersBody([offerId], meta))
  const [gift, ...others] = await emailsTo(contactId)
  expect(others).toEqual([])
  expect(gift!.kind).toBe('gift')
  for (const words of ['Aunt Mabel', 'Happy birthday!', 'Painting Light', '/gift/'])
    expect(gift!.text).toContain(words)
})

test('a gift offer also sends the gift e-mail to an existing customer, once for each grant', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const [plain, gift] = [
    await makeOffer(h.app, h.account.siteId),
    await makeOffer(h.app, h.account.siteId, { is_gift: true }),
  ]
  await h.client.post(offersOf(contactId), offersBody([plain], { send_customer_welcome_email: false }))
  await h.client.post(offersOf(contactId), offersBody([gift]))
  await h.client.post(offersOf(contactId), offersBody([gift]))
  expect(kinds(await emailsTo(contactId))).toEqual(['gift'])
})

test('a grant sends the confirmation e-mail when the request says so, or the site does and the request does not decline', async () => {
  const sent = async (meta: object) => {
    const contactId = await makeContact(h.app, h.account.siteId)
    const offerId = await makeOffer(h.app, h.account.siteId)
    await h.client.post(
      offersOf(contactId),
      offersBody([offerId], { send_customer_welcome_email: false, ...meta }),
    )
    return kinds(await emailsTo(contactId))
  }
  const setSite = (send_offer_grant_email: boolean) =>
    h.app.db.updateTable('sites').set({ send_offer_grant_email }).where('id', '=', h.account.siteId).execute()
  expect(await sent({})).toEqual([])
  expect(await sent({ send_offer_grant_email: true })).toEqual(['offer_grant'])
  await setSite(true)
  expect(await sent({})).toEqual(['offer_grant'])
  expect(await sent({ send_offer_grant_email: false })).toEqual([])
  await setSite(false)
})

test('a site’s texts replace the defaults, field by field', async () => {
  await h.app.db
    .insertInto('email_templates')
    .values({
      site_id: h.account.siteId,
      kind: 'welcome',
      subject: 'Hola {{ recipient.first_name }}',
      created_at: h.app.clock.now(),
      updated_at: h.app.clock.now(),
    })
    .execute()
  const contactId = await makeContact(h.app, h.account.siteId, { name: 'Lola Flores' })
  await h.client.post(offersOf(contactId), offersBody([await makeOffer(h.app, h.account.siteId)]))
  const [welcome] = await emailsTo(contactId)
  expect(welcome!.subject).toBe('Hola Lola')
  expect(welcome!.text).toContain('/welcome/')
})

test('an event that is dispatched twice sends each e-mail once', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  await h.client.post(
    offersOf(contactId),
    offersBody([await makeOffer(h.app, h.account.siteId, { is_gift: true })]),
  )
  const first = kinds(await emailsTo(contactId))
  await h.app.db
    .updateTable('events')
    .set({ dispatched_at: null })
    .where('contact_id', '=', contactId)
    .execute()
  expect(kinds(await emailsTo(contactId))).toEqual(first)
  expect(first).toEqual(['gift', 'welcome'])
})

test('planted fault: without the unique index on causes, it sends twice', async () => {
  const faulty = await startHarness()
  await sql`drop index emails_cause`.execute(faulty.app.db)
  const contactId = await makeContact(faulty.app, faulty.account.siteId)
  await faulty.client.post(
    offersOf(contactId),
    offersBody([await makeOffer(faulty.app, faulty.account.siteId)]),
  )
  await faulty.drain()
  await faulty.app.db
    .updateTable('events')
    .set({ dispatched_at: null })
    .where('type', '=', 'customer_created')
    .execute()
  await faulty.drain()
  const { body } = await faulty.client.get(`/v1/emails?filter[contact_id]=${contactId}`)
  await faulty.close()
  expect(body.meta.total).toBe(2)
})

test('the personal data of a deleted contact is erased from its e-mails, and pending ones are not sent', async () => {
  const contactId = await makeContact(h.app, h.account.siteId, { email: 'forget@example.com' })
  await h.client.post(offersOf(contactId), offersBody([await makeOffer(h.app, h.account.siteId)]))
  await h.drain()
  const gift = await makeOffer(h.app, h.account.siteId, { is_gift: true })
  await h.client.post(offersOf(contactId), offersBody([gift], { gift: { message: 'For you' } }))
  await h.client.delete(`/v1/contacts/${contactId}`)
  await h.drain()
  const emails = await h.app.db
    .selectFrom('emails')
    .selectAll()
    .where('contact_id', '=', contactId)
    .orderBy('id')
    .execute()
  expect(emails.map(({ status }) => status)).toEqual(['kept', 'cancelled'])
  expect(JSON.stringify(emails)).not.toContain('forget@example.com')
})

test('the outbox shows an e-mail as it was sent, whatever the site is renamed to; also one of an older release', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  await h.client.post(offersOf(contactId), offersBody([await makeOffer(h.app, h.account.siteId)]))
  const [before] = await emailsTo(contactId)
  const setTitle = (title: string) =>
    h.app.db.updateTable('sites').set({ title }).where('id', '=', h.account.siteId).execute()
  const { title } = await h.app.db.selectFrom('sites').select('title').executeTakeFirstOrThrow()
  await setTitle('Renamed')
  expect((await emailsTo(contactId))[0]).toEqual(before)
  await setTitle(title)
  await h.app.pool.query(
    `update emails set html = '<html>old</html>', layout_hash = null, slots = null where contact_id = $1`,
    [contactId],
  )
  expect((await emailsTo(contactId))[0]!.html).toBe('<html>old</html>')
})
