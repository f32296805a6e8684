import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestEmailChange } from './members/account.ts'
import { findMember, findSite } from './members/member.ts'
import { requestLink } from './members/request-link.ts'
import { choosePassword, signInByPassword } from './members/sign-in.ts'
import { deleteContact } from './people/contacts/delete-contact.ts'
import { exportContact } from './people/contacts/export-contact.ts'
import { personalData } from './personal-data.ts'
import { type Db, inTransaction, type Tx } from './platform/db/database.ts'
import { recordEvent } from './platform/events/events.ts'
import type { PersonalData } from './platform/personal-data.ts'
import { makeAutomation, makeTag, makeTemplate } from './testing/automations.ts'
import { makeOffer, offersBody } from './testing/fixtures.ts'
import { type Harness, startHarness } from './testing/harness.ts'
import { makeHook } from './testing/hooks.ts'
import { type Receiver, startReceiver } from './testing/receiver.ts'

/** In everything that this contact is called, writes or is sent, and in nothing else. */
const WORD = 'quillfeather'
const EMAIL = `${WORD}@example.com`
const PASSWORD = 'a rather long password'
const VISITOR = { source: '203.0.113.7', session: null, language: 'en' } as const

let h: Harness
let receiver: Receiver
let contactId: string
let customerId: string
beforeAll(async () => {
  h = await startHarness()
  receiver = await startReceiver()
  receiver.answer((response, { text }) => response.end(`Received ${text}`))
  await leaveTraces()
})
afterAll(async () => {
  await h.close()
  await receiver.close()
})

/** Everything that can be kept of a contact, by the ways in which it is kept. */
async function leaveTraces(): Promise<void> {
  const { app, account } = h
  const { siteId } = account
  const tag = await makeTag(app, siteId)
  const template = await makeTemplate(app, siteId)
  for (const event of ['contact_created', 'customer_created', 'tag_added'] as const)
    await makeHook(app, siteId, { event, targetUrl: receiver.url })
  const actions = [
    { action: 'send_email', template_id: template },
    { action: 'wait', amount: 2, unit: 'days' },
    { action: 'add_tag', tag_id: tag },
  ]
  await makeAutomation(app, siteId, { trigger: { event: 'customer_created' }, actions })
  const offers = [await makeOffer(app, siteId), await makeOffer(app, siteId, { is_gift: true })]

  const attributes = {
    name: `Ada ${WORD}`,
    email: `old-${EMAIL}`,
    ...Object.fromEntries(
      ['phone_number', 'business_number', 'address_line_1', 'address_line_2', 'address_city'].map(named),
    ),
    ...Object.fromEntries(['address_state', 'address_country', 'address_zip'].map(named)),
    ...Object.fromEntries(['custom_1', 'custom_2', 'custom_3'].map(named)),
  }
  const relationships = { tags: { data: [{ type: 'contact_tags', id: tag }] } }
  const created = await h.client.post(
    '/v1/contacts',
    { data: { type: 'contacts', attributes, relationships } },
    { 'idempotency-key': 'create' },
  )
  expect(created.status).toBe(201)
  contactId = created.body.data.id
  const gift = { from_name: `Friend of ${WORD}`, message: `Enjoy it, ${WORD}` }
  const granted = await h.client.post(
    `/v1/contacts/${contactId}/relationships/offers`,
    offersBody(offers, { gift, send_offer_grant_email: true }),
  )
  customerId = granted.body.meta.customer_id
  await app.db
    .updateTable('customers')
    .set({ avatar: WORD, public_bio: WORD, public_location: WORD, public_website: WORD })
    .set({ socials: JSON.stringify({ twitter: WORD }) })
    .where('id', '=', customerId)
    .execute()
  await h.drain()

  const { subdomain } = await app.db.selectFrom('sites').select('subdomain').executeTakeFirstOrThrow()
  const site = (await findSite(app.db, subdomain))!
  await requestLink(app, site, 'password', attributes.email, VISITOR)
  await h.drain()
  const { text } = await app.db
    .selectFrom('emails')
    .select('text')
    .where('kind', '=', 'password')
    .executeTakeFirstOrThrow()
  const token = /\/password\/([\w-]+)/.exec(text!)![1]!
  expect(await choosePassword(app, site, 'password', token, PASSWORD, VISITOR)).not.toBeNull()
  const changed = await h.client.patch(
    `/v1/contacts/${contactId}`,
    {
      data: { type: 'contacts', id: contactId, attributes: { email: EMAIL, external_user_id: `${WORD}-7` } },
    },
    { 'idempotency-key': 'change' },
  )
  expect(changed.status).toBe(200)
  const signedIn = await signInByPassword(app, site, { email: EMAIL, password: PASSWORD }, VISITOR)
  expect(signedIn.outcome).toBe('signed_in')
  const member = (await findMember(app.db, siteId, { customerId }))!
  await requestEmailChange(app, site, member, `new-${EMAIL}`)
  const origin = { actor: 'test', requestId: null, now: app.clock.now() }
  const about = { siteId, contactId, customerId }
  await inTransaction(app.db, (tx) =>
    recordEvent(tx, 'other_email_given', about, { email: `other-${EMAIL}` }, origin),
  )
  await app.db
    .updateTable('automation_runs')
    .set({ error: `"${WORD}" was refused` })
    .execute()
  await h.drain()
  // Its welcome e-mail, its confirmation and its delivery are pending.
  await h.client.post(
    `/v1/contacts/${contactId}/relationships/offers`,
    offersBody([await makeOffer(app, siteId)], { send_offer_grant_email: true }),
  )
}

const named = (name: string) => [name, `${name} of ${WORD}`]

/** Every table with the text in any column of any type; and the links and sessions of the contact. */
async function tracesIn(db: Db | Tx): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name`.execute(db)
  const found: string[] = []
  for (const { name } of tables) {
    const isTrace =
      { taggings: sql`t.contact_id = ${contactId}`, member_sessions: sql`t.customer_id = ${customerId}` }[
        name
      ] ?? sql`t::text ilike ${`%${WORD}%`}`
    const { rows } = await sql`select from ${sql.table(name)} t where ${isTrace} limit 1`.execute(db)
    if (rows.length > 0) found.push(name)
  }
  return found
}

/** The tables with traces of the contact once it is deleted. Nothing of the deletion stays. */
async function tracesAfterDeleting(
  modules: PersonalData[],
  before?: (tx: Tx) => Promise<unknown>,
): Promise<string[]> {
  const undone = new Error('undone')
  let traces: string[] = []
  const trial = inTransaction(h.app.db, async (tx) => {
    const origin = { actor: 'test', requestId: null, now: h.app.clock.now() }
    await before?.(tx)
    await deleteContact(tx, [h.account.siteId], contactId, origin, modules)
    traces = await tracesIn(tx)
    throw undone
  })
  await expect(trial).rejects.toBe(undone)
  return traces
}

/** What each module keeps. */
const TABLES: Record<string, string[]> = {
  grants: ['offer_grants'],
  contact: ['contacts', 'idempotency_keys'],
  customer: ['customers'],
  member_links: ['member_links'],
  member_sessions: ['member_sessions'],
  sign_in_attempts: ['attempts'],
  events: ['events'],
  contact_tags: ['taggings'],
  emails: ['emails'],
  automation_runs: ['automation_runs'],
  webhook_deliveries: ['webhook_attempts', 'webhook_deliveries'],
}

test('every module keeps something of this contact, and no other table does', async () => {
  expect(personalData.map(({ name }) => name)).toEqual(Object.keys(TABLES))
  expect(await tracesIn(h.app.db)).toEqual(Object.values(TABLES).flat().sort())
})

test('a former address is kept in events and e-mails alone: attempts under it are erased when it changes', async () => {
  const { rows } = await sql`select from attempts where subject like ${`%old-${EMAIL}`}`.execute(h.app.db)
  expect(rows).toEqual([])
})

test('an export has a part for each module, with everything that is kept of the contact', async () => {
  const exported = await exportContact(h.app, [h.account.siteId], contactId, personalData)
  expect(Object.keys(exported)).toEqual(personalData.map(({ name }) => name))
  for (const [name, part] of Object.entries(exported)) {
    const hasWord = !['member_sessions', 'contact_tags'].includes(name)
    expect([name, JSON.stringify(part).includes(WORD)]).toEqual([name, hasWord])
    expect([name, [part].flat().length > 0]).toEqual([name, true])
  }
  expect(exported).toMatchObject({
    contact: { id: contactId, email: EMAIL, custom_3: named('custom_3')[1] },
    customer: { id: customerId, public_bio: WORD, external_user_id: `${WORD}-7` },
    contact_tags: [{ name: expect.stringContaining('Tag') }],
  })
  expect(JSON.stringify(exported)).not.toMatch(/password_hash|token_hash|id_hash|scrypt|argon/)
})

test('a contact of another account, and one that does not exist, cannot be exported', async () => {
  for (const [siteIds, id] of [
    [[], contactId],
    [[h.account.siteId], '999999'],
    [[h.account.siteId], 'nonsense'],
  ] as const)
    await expect(exportContact(h.app, [...siteIds], id, personalData)).rejects.toMatchObject({ status: 404 })
})

test.each(personalData)('planted fault: without $name the search finds what is left', async (omitted) => {
  const traces = await tracesAfterDeleting(personalData.filter((each) => each !== omitted))
  expect(traces).toEqual(TABLES[omitted.name]!.toSorted())
})

test('planted fault: the search finds a table that no module has', async () => {
  const traces = await tracesAfterDeleting(personalData, (tx) =>
    sql`create table contact_notes as select ${contactId}::bigint as contact_id, ${{ body: [WORD] }}::jsonb as note`.execute(
      tx,
    ),
  )
  expect(traces).toEqual(['contact_notes'])
})

test('no table has personal data of a deleted contact, also after pending work has run', async () => {
  expect((await h.client.delete(`/v1/contacts/${contactId}`)).status).toBe(200)
  expect(await tracesIn(h.app.db)).toEqual([])
  await h.drain()
  expect(await tracesIn(h.app.db)).toEqual([])
  await expect(exportContact(h.app, [h.account.siteId], contactId, personalData)).rejects.toMatchObject({
    status: 404,
  })
})
