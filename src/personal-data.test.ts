import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deleteContact } from './people/contacts/delete-contact.ts'
import { exportContact } from './people/contacts/export-contact.ts'
import { personalData } from './personal-data.ts'
import { type Db, inTransaction, type Tx } from './platform/db/database.ts'
import type { PersonalData } from './platform/personal-data.ts'
import { type Harness, startHarness } from './testing/harness.ts'
import { type Receiver, startReceiver } from './testing/receiver.ts'
import { EMAIL, leaveTraces, named, WORD } from './testing/traces.ts'

let h: Harness
let receiver: Receiver
let contactId: string
let customerId: string
beforeAll(async () => {
  h = await startHarness()
  receiver = await startReceiver()
  const traces = await leaveTraces(h, receiver)
  contactId = traces.contactId
  customerId = traces.customerId
})
afterAll(async () => {
  await h.close()
  await receiver.close()
})

/** Every table with the text in any column of any type; and the links and sessions of the contact. */
async function tracesIn(db: Db | Tx): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name`.execute(db)
  const found: string[] = []
  for (const { name } of tables) {
    const isTrace =
      {
        taggings: sql`t.contact_id = ${contactId}`,
        member_sessions: sql`t.customer_id = ${customerId}`,
        course_progress: sql`t.customer_id = ${customerId}`,
        lesson_completions: sql`t.customer_id = ${customerId}`,
      }[name] ?? sql`t::text ilike ${`%${WORD}%`}`
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
  sales: ['purchases'],
  grants: ['offer_grants'],
  contact: [
    'contact_aliases',
    'contact_custom_values',
    'contact_external_ids',
    'contacts',
    'idempotency_keys',
  ],
  customer: ['customers', 'idempotency_keys'],
  course_progress: ['course_progress', 'lesson_completions'],
  member_links: ['member_links'],
  member_sessions: ['member_sessions'],
  sign_in_attempts: ['attempts'],
  form_submissions: ['emails', 'form_submissions', 'idempotency_keys'],
  events: ['events'],
  contact_tags: ['taggings'],
  contact_notes: ['contact_notes'],
  emails: ['emails'],
  automation_runs: ['automation_runs'],
  webhook_deliveries: ['webhook_attempts', 'webhook_deliveries'],
  bulk_job_rows: ['bulk_job_rows', 'bulk_jobs', 'idempotency_keys'],
  import_rows: ['import_rows'],
  checkouts: ['checkouts', 'provider_customers'],
}

test('every module keeps something of this contact, and no other table does', async () => {
  expect(personalData.map(({ name }) => name)).toEqual(Object.keys(TABLES))
  expect(await tracesIn(h.app.db)).toEqual([...new Set(Object.values(TABLES).flat())].sort())
})

test('a former address is kept in aliases, events and e-mails alone: attempts under it are erased when it changes', async () => {
  const { rows } = await sql`select from attempts where subject like ${`%old-${EMAIL}`}`.execute(h.app.db)
  expect(rows).toEqual([])
})

test('an export has a part for each module, with everything that is kept of the contact', async () => {
  const exported = await exportContact(h.app, [h.account.siteId], contactId, personalData)
  expect(Object.keys(exported)).toEqual(personalData.map(({ name }) => name))
  for (const [name, part] of Object.entries(exported)) {
    const hasWord = !['member_sessions', 'contact_tags', 'course_progress'].includes(name)
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
    sql`create table call_notes as select ${contactId}::bigint as contact_id, ${{ body: [WORD] }}::jsonb as note`.execute(
      tx,
    ),
  )
  expect(traces).toEqual(['call_notes'])
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
