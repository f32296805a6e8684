import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { merging } from './merging.ts'
import { examine } from './operations/doctor/examine.ts'
import { mergeContacts } from './people/contacts/merge-contacts.ts'
import { findContactByExternalId } from './people/external-ids/external-ids.ts'
import { inTransaction, type Tx } from './platform/db/database.ts'
import type { Merging } from './platform/merging.ts'
import { makeContact, makeOffer, offersBody } from './testing/fixtures.ts'
import { type Harness, startHarness } from './testing/harness.ts'
import { type Receiver, startReceiver } from './testing/receiver.ts'
import { EMAIL, leaveTraces, WORD } from './testing/traces.ts'

let h: Harness
let receiver: Receiver
let fromId: string
let fromCustomerId: string
let intoId: string
beforeAll(async () => {
  h = await startHarness()
  receiver = await startReceiver()
  const traces = await leaveTraces(h, receiver)
  fromId = traces.contactId
  fromCustomerId = traces.customerId
  intoId = await makeContact(h.app, h.account.siteId, { name: 'Ada Lovelace', email: 'stays@example.com' })
  const offers = [traces.giftOfferId, await makeOffer(h.app, h.account.siteId)]
  await h.client.post(`/v1/contacts/${intoId}/relationships/offers`, offersBody(offers))
})
afterAll(async () => {
  await h.close()
  await receiver.close()
})

/** Every table in which something is still of the contact that ends, or was lost. */
async function leftIn(tx: Tx): Promise<string[]> {
  const { rows: columns } = await sql<{ table: string; column: string }>`
    select c.table_name as table, c.column_name as column
      from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where table_schema = 'public' and t.table_type = 'BASE TABLE'
       and c.column_name in ('contact_id', 'customer_id', 'merged_into')`.execute(tx)
  const found = new Set<string>()
  for (const { table, column } of columns) {
    const id = column === 'customer_id' ? fromCustomerId : fromId
    const { rows } =
      await sql`select from ${sql.table(table)} where ${sql.ref(column)} = ${id} limit 1`.execute(tx)
    if (rows.length > 0) found.add(table)
  }
  const alive = await sql`select from contacts where id = ${fromId} and deleted_at is null`.execute(tx)
  if (alive.rows.length > 0) found.add('contacts')
  const attempts = await sql`select from attempts where subject like ${`%${EMAIL}`}`.execute(tx)
  if (attempts.rows.length > 0) found.add('attempts')
  const id = { source: null, id: `${WORD}-7` }
  if ((await findContactByExternalId(tx, h.account.siteId, id)) !== intoId) found.add('contact_external_ids')
  return [...found].sort()
}

/** What is left after a merge of which nothing stays. */
async function leftAfterMerging(
  modules: Merging[],
  before?: (tx: Tx) => Promise<unknown>,
): Promise<string[]> {
  const undone = new Error('undone')
  let left: string[] = []
  const trial = inTransaction(h.app.db, async (tx) => {
    const origin = { actor: 'test', requestId: null, now: h.app.clock.now() }
    await before?.(tx)
    await mergeContacts(tx, [h.account.siteId], { intoId, fromId }, origin, modules)
    left = await leftIn(tx)
    throw undone
  })
  await expect(trial).rejects.toBe(undone)
  return left
}

/** What is found when a module moves nothing. */
const LEFT: Record<string, string[]> = {
  grants: ['offer_grants'],
  sales: ['order_items', 'orders', 'purchases', 'transactions'],
  events: ['events'],
  links: ['member_links'],
  member_sessions: ['member_sessions'],
  sign_in_attempts: ['attempts'],
  external_ids: ['contact_external_ids'],
  addresses: ['contact_aliases', 'contact_custom_values', 'contacts'],
  customers: ['customers'],
  tags: ['taggings'],
  notes: ['contact_notes'],
  form_submissions: ['form_submissions'],
  emails: ['emails'],
  automation_runs: ['automation_runs'],
  webhook_deliveries: ['webhook_deliveries'],
  bulk_job_rows: ['bulk_job_rows'],
  import_rows: ['import_rows'],
  checkouts: ['checkouts', 'provider_customers'],
}

test('a merge leaves nothing of the contact that ends, in any table', async () => {
  expect(await leftAfterMerging(merging)).toEqual([])
})

/** The database itself keeps a customer who has some. */
const REFUSED = 'course_progress'

const without = (name: string) => merging.filter((each) => each.name !== name)

test.each(without(REFUSED))(
  'planted fault: without $name the search finds what is left',
  async ({ name }) => {
    expect(await leftAfterMerging(without(name))).toEqual(LEFT[name])
  },
)

test('planted fault: without course_progress the database refuses the merge', async () => {
  const origin = { actor: 'test', requestId: null, now: h.app.clock.now() }
  const trial = inTransaction(h.app.db, (tx) =>
    mergeContacts(tx, [h.account.siteId], { intoId, fromId }, origin, without(REFUSED)),
  )
  await expect(trial).rejects.toMatchObject({ code: '23503' })
})

test('planted fault: the search finds a table that no module has', async () => {
  const left = await leftAfterMerging(merging, (tx) =>
    sql`create table call_notes as select ${fromId}::bigint as contact_id`.execute(tx),
  )
  expect(left).toEqual(['call_notes'])
})

test('a merge that fails in the middle changes nothing', async () => {
  const state = async () =>
    (
      await sql<{ state: string }>`
        select (select jsonb_agg(c order by id)::text from contacts c)
            || (select jsonb_agg(g order by id)::text from offer_grants g)
            || (select jsonb_agg(a order by id)::text from contact_aliases a)
            || (select count(*) from events) as state`.execute(h.app.db)
    ).rows[0]!.state
  const before = await state()
  await h.app.pool.query(`
    create function fault() returns trigger language plpgsql as $$ begin raise exception 'fault'; end $$;
    create trigger fault before update of contact_id on emails for each row execute function fault()`)
  const origin = { actor: 'test', requestId: null, now: h.app.clock.now() }
  const merge = inTransaction(h.app.db, (tx) =>
    mergeContacts(tx, [h.account.siteId], { intoId, fromId }, origin, merging),
  )
  await expect(merge).rejects.toThrow('fault')
  await h.app.pool.query('drop trigger fault on emails')
  expect(await state()).toBe(before)
})

test('a dry run answers what would move, and writes nothing; the merge then moves it, and the doctor finds no fault', async () => {
  const path = `/v1/contacts/${intoId}/merge`
  const body = { data: { type: 'contacts', id: fromId } }
  const dry = await h.client.post(`${path}?dry_run=true`, body)
  expect(dry.body.meta).toMatchObject({ dry_run: true, merged_contact_id: fromId })
  expect((await h.client.get(`/v1/contacts/${fromId}`)).status).toBe(200)
  const { status, body: merged } = await h.client.post(path, body)
  expect(status).toBe(200)
  expect(merged.meta).toEqual({ ...dry.body.meta, dry_run: false })
  expect(merged.meta.moved).toMatchObject({ notes: 1, external_ids: 1, addresses: 2, customers: 1 })
  expect(merged.data.attributes).toMatchObject({
    name: 'Ada Lovelace',
    email: 'stays@example.com',
    custom_1: `custom_1 of ${WORD}`,
    external_user_id: `${WORD}-7`,
  })
  expect((await h.client.get(`/v1/contacts/${fromId}`)).status).toBe(404)
  expect((await h.client.get(`/v1/customers/${fromCustomerId}`)).status).toBe(404)
  for (const email of [EMAIL, `old-${EMAIL}`])
    expect((await h.client.get(`/v1/contacts?filter[email]=${email}`)).body.data[0].id).toBe(intoId)
  await h.drain()
  const left = await inTransaction(h.app.db, leftIn)
  expect(left).toEqual([])
  expect((await examine(h.app)).filter(({ violations }) => violations !== 0)).toEqual([])
})
