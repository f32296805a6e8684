import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { sixthDueToday } from '../../../test/depth.ts'
import { queues } from '../../background.ts'
import type { App } from '../../platform/app.ts'
import { MovableClock } from '../../platform/clock/clock.ts'
import { type Database, openDatabase } from '../../platform/db/database.ts'
import { makeAutomation, makeTag, makeTemplate } from '../../testing/automations.ts'
import { runBulk } from '../../testing/bulk.ts'
import {
  makeContact,
  makeCustomField,
  makeOffer,
  makeSite,
  makeThreeFields,
  offersBody,
} from '../../testing/fixtures.ts'
import { makeForm, newcomer, submissionBody } from '../../testing/forms.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { makeHook } from '../../testing/hooks.ts'
import { makeHeldImport, runImport } from '../../testing/imports.ts'
import { createDatabase } from '../../testing/test-database.ts'
import { drain } from '../../worker/drain.ts'
import { cleanUp } from '../clean-up.ts'
import { examine, useIndexes } from './examine.ts'
import { invariants } from './invariants.ts'

let h: Harness
/** What `h.app` is, on a copy of its database for each test. */
let app: App & { clock: MovableClock }
let template: string
let copy: Database

beforeAll(async () => {
  h = await startHarness({ isNew: true })
  await useIt()
  template = await h.toTemplate()
})
beforeEach(async () => {
  copy = openDatabase(await createDatabase(template), { size: 5, name: 'bestow test' })
  app = { ...h.app, clock: new MovableClock(), db: copy.kysely, pool: copy.pool }
})
afterEach(() => copy.close())

/** Some of everything: welcome e-mails, gifts, ends of every kind, repetitions, a deletion. */
async function useIt(): Promise<void> {
  const { siteId } = h.account
  const offers = [
    await makeOffer(h.app, siteId),
    await makeOffer(h.app, siteId, { is_gift: true }),
    await makeOffer(h.app, siteId, { access_days: 1 }),
  ]
  const automationId = await automateEverything(offers[0]!)
  await makeThreeFields(h.app, siteId)
  await makeCustomField(h.app, siteId, { number: 4, type: 'NumberField' })
  for (let i = 0; i < 4; i++) {
    const id = await makeContact(h.app, siteId)
    const attributes = { custom_1: 'x'.repeat(i * 70), custom_4: i }
    await h.client.patch(`/v1/contacts/${id}`, { data: { type: 'contacts', attributes } })
    const path = `/v1/contacts/${id}/relationships/offers`
    const meta = { send_customer_welcome_email: i % 2 === 0, send_offer_grant_email: i % 2 === 1 }
    await h.client.post(path, offersBody(offers, meta), { 'idempotency-key': `key ${i}` })
    if (i === 1) await h.client.patch(path, offersBody([offers[0]!]))
    if (i === 2) await h.client.delete(path, offersBody([offers[1]!]))
    if (i === 3) await h.client.delete(`/v1/contacts/${id}`)
  }
  const rows = [
    { email: 'bulk@example.com', name: 'Bob' },
    { email: 'bulk@example.com', renew: 'extend', offer_ids: [offers[2]] },
    { contact_id: '99999999' },
  ]
  await runBulk(h, 'grants', { rows }, { offer_ids: offers })
  await importFiles(offers[0]!)
  await h.client.post('/v1/coupons', {
    data: { type: 'coupons', attributes: { code: 'SPRING', percent_off: 20 } },
  })
  // The link of the e-mail belongs to no customer.
  const form = await makeForm(h.app, siteId, { attributes: { double_opt_in: true } })
  await h.client.post(`/v1/forms/${form}/submit`, submissionBody(newcomer()))
  await h.drain()
  // Otherwise it would be unknown whether it was the same when the events happened.
  await h.app.pool.query(
    `update automations set updated_at = updated_at - interval '1 minute' where id = $1`,
    [automationId],
  )
}

/** Files of each kind, with a row that is rejected, one that is merged, and a dry run. */
async function importFiles(offerId: string): Promise<void> {
  const form = await makeForm(h.app, h.account.siteId)
  const contacts = 'Email,Tags\nfiled@example.com,VIP\nnobody\nFiled@example.com,New\nother@example.com,\n'
  const sold = `filed@example.com,${offerId},$5.00,2020-01-01 00:00:00 UTC`
  for (const [file, fields] of [
    [contacts, {}],
    [contacts, { dry_run: 'true' }],
    [
      `ID,Email,Offer ID,Amount,Created At,Status\n1,${sold},Succeeded\n2,${sold},Succeeded\n`,
      { kind: 'transactions' },
    ],
    [`ID,Email,Offer ID,Amount,Created At,Status\n1,${sold},Active\n`, { kind: 'subscriptions' }],
    ['Email,Submitted At\nfiled@example.com,2020-01-01\n', { kind: 'form_submissions', form_id: form }],
  ] as const)
    await runImport(h, file, fields)
  await makeHeldImport(h.client)
}

/** Each action once, and a hook whose receiver does not respond. */
async function automateEverything(offerId: string): Promise<string> {
  const { siteId } = h.account
  const tagId = await makeTag(h.app, siteId)
  await makeHook(h.app, siteId, { event: 'offer_granted' })
  return makeAutomation(h.app, siteId, {
    trigger: { event: 'offer_granted', resource_id: offerId },
    actions: [
      { action: 'add_tag', tag_id: tagId },
      { action: 'send_email', template_id: await makeTemplate(h.app, siteId) },
      { action: 'call_webhook', hook_id: await makeHook(h.app, siteId) },
      { action: 'grant_offer', offer_id: await makeOffer(h.app, siteId) },
      { action: 'wait', amount: 1, unit: 'days' },
      { action: 'remove_tag', tag_id: tagId },
    ],
  })
}

async function violatedInvariants(): Promise<string[]> {
  return (await examine(app)).filter(({ violations }) => violations !== 0).map(({ name }) => name)
}

/** Without what is only late: no worker runs, and on a busy machine these tests take longer than it may wait. */
const wrongData = async () => (await violatedInvariants()).filter((name) => !name.endsWith('_stuck'))

test('a database that was only used has no violations', async () => {
  const findings = await examine(app)
  expect(findings.filter(({ violations }) => violations !== 0)).toEqual([])
  expect(findings.length).toBeGreaterThan(12)
})

test('a database whose old events and deliveries were deleted has no violations', async () => {
  // Not in the order in which it is due, which takes hundreds of steps: repetitions of what fails have minutes between them.
  for (let year = 0; year < 12; year++) {
    await app.clock.advance(app.db, 365 * 86_400_000)
    await drain(app)
  }
  // A chain of causes is deleted from its end.
  while ((await cleanUp(app, queues)) > 0);
  // The links of gifts never expire, and need their events.
  const { rows } = await app.pool.query(
    `select from events where type = 'offer_granted' and not (data ->> 'is_gift')::boolean`,
  )
  expect(rows).toEqual([])
  expect(await wrongData()).toEqual([])
})

test('the link of a submission that is missing is reported', async () => {
  const { rows } = await app.pool.query(
    'select submission_id as id from member_links where customer_id is null',
  )
  expect(rows).toHaveLength(1)
  await app.pool.query('update member_links set submission_id = 999999 where customer_id is null')
  expect(await wrongData()).toEqual(['site'])
})

const live = `(select min(id) from offer_grants where revoked_at is null)`

/** A name of a finding, and what causes it. */
const FAULTS: [string, string][] = [
  [
    'customer_email',
    'drop index customers_email; update customers set email = (select max(email) from customers)',
  ],
  ['customer_contact', `update customers set name = 'Somebody else' where deleted_at is null`],
  [
    'live_grant',
    `drop index offer_grants_live;
     insert into offer_grants (site_id, customer_id, offer_id, source, granted_at, granted_by, starts_at)
     select site_id, customer_id, offer_id, source, granted_at, granted_by, starts_at from offer_grants where id = ${live}`,
  ],
  [
    'grant_of_nobody',
    `update offer_grants set revoked_at = null, revoke_reason = null where revoke_reason = 'contact_deleted'`,
  ],
  ['grant_event', `delete from events where grant_id = ${live}`],
  ['grant_event', `delete from offer_grants where id = ${live}`],
  ['end_event', `delete from events where type = 'offer_revoked'`],
  ['end_event', `update offer_grants set revoked_at = now(), revoke_reason = 'revoked' where id = ${live}`],
  ['customer_event', `delete from events where type = 'customer_created'`],
  ['email_cause', `update emails set kind = 'gift' where kind = 'welcome'`],
  [
    'email_cause',
    'drop index emails_cause; insert into emails (site_id, kind, event_id, contact_id, created_at, due_at) select site_id, kind, event_id, contact_id, now(), now() from emails limit 1',
  ],
  ['cause_email', `delete from emails where kind = 'gift'`],
  [
    'dispatch',
    `update events set dispatched_at = null, occurred_at = occurred_at - interval '2 minutes' where grant_id = ${live}`,
  ],
  ['email_layout', 'delete from email_layouts'],
  [
    'email_erased',
    'update contacts set deleted_at = now() where id = (select contact_id from emails where slots is not null limit 1)',
  ],
  [
    'lease',
    `update emails set status = 'pending', due_at = now(), sending_until = now() - interval '5 minutes' where id = 1`,
  ],
  ['run_cause', 'update automation_runs set depth = 3 where id = (select min(id) from automation_runs)'],
  [
    'run_cause',
    'drop index automation_runs_cause; insert into automation_runs (site_id, automation_id, version, event_id, contact_id, depth, due_at, created_at) select site_id, automation_id, version, event_id, contact_id, depth, now(), now() from automation_runs limit 1',
  ],
  ['cause_run', 'delete from automation_runs'],
  ['run_steps', 'delete from automation_run_steps where position = 0'],
  ['run_steps', 'update automation_runs set step = 0'],
  ['step_effect', `delete from emails where kind = 'automation'`],
  ['step_effect', `delete from events where type = 'tag_added'`],
  ['step_effect', `delete from offer_grants where source = 'automation'`],
  ['step_effect', `update automation_run_steps set action = 'stop' where action = 'call_webhook'`],
  ['step_effect', `update events set depth = 0 where run_id is not null`],
  ['run_stuck', `update automation_runs set due_at = now() - interval '2 minutes' where status = 'active'`],
  [
    'delivery_cause',
    'drop index webhook_deliveries_cause; insert into webhook_deliveries (site_id, hook_id, event, event_id, due_at, created_at) select site_id, hook_id, event, event_id, now(), now() from webhook_deliveries where run_id is null limit 1',
  ],
  ['delivery_cause', 'update webhook_deliveries set hook_id = 999999'],
  ['delivery_attempts', 'delete from webhook_attempts'],
  ['delivery_stuck', 'update hooks set due_at = null'],
  ['delivery_stuck', `update hooks set due_at = now() - interval '2 minutes'`],
  ['site', 'update automation_runs set contact_id = 999999'],
  ['site', `update emails set template_id = 999999 where kind = 'automation'`],
  ['site', 'update webhook_deliveries set contact_id = 999999'],
  ['site', 'delete from automation_versions'],
  ['site', `update offer_grants set offer_id = 999999 where id = ${live}`],
  [
    'idempotency',
    `update idempotency_keys set outcome = jsonb_set(outcome, ('{granted,' || (select min(offer) from jsonb_object_keys(outcome -> 'granted') offer) || ',grant_id}')::text[], '"999999"') where key = 'key 0'`,
  ],
  ['idempotency', `update idempotency_keys set outcome = null where key = 'key 0'`],
  ['contact_count', 'delete from contact_counts'],
  ['transaction_count', 'insert into transaction_counts select id, 1 from sites limit 1'],
  ['sale_count', `insert into sale_counts select id, 'orders', 1 from sites limit 1`],
  ['coupon_uses', 'update coupons set uses = uses + 1'],
  ['contact_count', 'insert into contact_counts select site_id, -1 from contact_counts limit 1'],
  [
    'contact_count',
    `alter table contacts disable trigger contacts_updated;
     update contacts set deleted_at = now() where id = 1`,
  ],
  ['bulk_progress', 'update bulk_jobs set done = done - 1'],
  ['bulk_progress', `delete from bulk_job_rows where status = 'failed'`],
  ['bulk_progress', `update bulk_jobs set counts = counts - 'granted'`],
  ['bulk_finished', `update bulk_job_rows set status = 'pending' where status = 'failed'`],
  ['bulk_finished', `update bulk_jobs set status = 'running'`],
  ['bulk_grants', `update bulk_job_rows set result = jsonb_set(result, '{offers,0,grant_id}', '"99999999"')`],
  ['bulk_grants', `update bulk_job_rows set contact_id = 1 where status = 'granted'`],
  ['import_progress', 'update imports set done = done - 1 where done > 0'],
  ['import_progress', `delete from import_rows where status = 'rejected'`],
  ['import_progress', `update imports set counts = counts - 'created'`],
  [
    'import_finished',
    `update import_rows set status = 'pending' where id = (select min(id) from import_rows where status = 'rejected')`,
  ],
  ['import_finished', `update imports set status = 'running' where status = 'completed'`],
  [
    'import_received',
    `update imports set status = 'receiving', finished_at = null, updated_at = updated_at - interval '3 hours'`,
  ],
  [
    'import_once',
    `update import_rows set result = (select max(result::text)::jsonb from import_rows where result ? 'transaction_id')
      where result ? 'transaction_id'`,
  ],
  [
    'import_once',
    `update import_rows set result = '{"purchase_id": "99999999"}' where result ? 'purchase_id'`,
  ],
  ['import_once', `delete from form_submissions where confirmation_event_id is null`],
  [
    'import_once',
    `update events set request_id = (select min(request_id) from events where request_id like 'import:%')
      where type = 'contact_created'`,
  ],
  ['import_cells', `update import_rows set cells = '["a@example.com"]' where status = 'created'`],
  ['custom_values', 'delete from contact_custom_values'],
  ['custom_values', `update contact_custom_values set value = 'other' where number is null`],
  ['custom_values', 'update contact_custom_values set number = 77 where number is not null'],
  [
    'custom_values',
    `alter table contacts disable trigger contacts_custom_updated; update contacts set custom = '{}'`,
  ],
]

test.each(sixthDueToday(FAULTS))('planted fault: %s is found (%s)', async (name, fault) => {
  await app.pool.query(fault)
  expect(await violatedInvariants()).toContain(name)
})

test('planted fault: a grant that names the customer of another site is found', async () => {
  const other = await makeSite(app, h.account)
  await app.pool.query(`update offer_grants set site_id = $1 where id = ${live}`, [other])
  expect(await violatedInvariants()).toContain('site')
})

test('planted fault: an index that lacks a row of its table is found', async () => {
  // A corrupt index: PostgreSQL ignores it while a row is written.
  const index = `'offer_grants_live'::regclass`
  await app.pool.query(
    `update pg_index set indisready = false, indisvalid = false where indexrelid = ${index}`,
  )
  await app.pool.query(
    `insert into offer_grants (site_id, customer_id, offer_id, source, granted_at, granted_by, starts_at)
     select site_id, customer_id, offer_id, source, granted_at, granted_by, starts_at from offer_grants where id = ${live}`,
  )
  await app.pool.query(`update pg_index set indisready = true, indisvalid = true where indexrelid = ${index}`)
  const violated = await violatedInvariants()
  expect(violated).toContain('indexes')
  expect(violated).toContain('live_grant')
})

/** Of a plan: nodes that are executed for each row of another node, and read a table. */
function repeatedScans(node: PlanNode, isRepeated = false): string[] {
  const own = isRepeated && 'Relation Name' in node ? [String(node['Relation Name'])] : []
  const children = node.Plans ?? []
  return [
    ...own,
    ...children.flatMap((child) =>
      repeatedScans(
        child,
        isRepeated ||
          child['Parent Relationship'] === 'SubPlan' ||
          (node['Node Type'] === 'Nested Loop' && child['Parent Relationship'] === 'Inner'),
      ),
    ),
  ]
}

interface PlanNode {
  'Node Type': string
  'Parent Relationship'?: string
  'Relation Name'?: string
  Plans?: PlanNode[]
}

test('each invariant is checked in time that grows with the tables: none is read for each row of another', async () => {
  const client = await app.pool.connect()
  await client.query('begin')
  await useIndexes(client, false)
  const found: Record<string, string[]> = {}
  for (const { name, violations } of invariants.filter((each) => !each.callsFunctions)) {
    const text = `explain (format json) with violations as (${violations}), clock as (select $1::timestamptz, $2::timestamptz)
      select count(*) from violations`
    const { rows } = await client.query(text, [new Date(), new Date()])
    const scans = repeatedScans(rows[0]['QUERY PLAN'][0].Plan)
    if (scans.length > 0) found[name] = scans
  }
  await client.query('rollback')
  client.release()
  expect(found).toEqual({})
})
