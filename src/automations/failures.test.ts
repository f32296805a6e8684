import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAutomation, makeTag } from '../testing/automations.ts'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { advanceClock } from '../worker/advance-clock.ts'

let h: Harness
let siteId: string
let offerId: string
let tagId: string
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
  offerId = await makeOffer(h.app, siteId)
  tagId = await makeTag(h.app, siteId)
  await makeAutomation(h.app, siteId, {
    trigger: { event: 'offer_granted', resource_id: offerId },
    actions: [
      { action: 'add_tag', tag_id: tagId },
      { action: 'remove_tag', tag_id: tagId },
    ],
  })
})
afterAll(() => h.close())

const BROKEN = `raise exception 'broken on purpose';`

/** Makes every write to a table fail for a contact, as a bug would. */
async function breakFor(contactId: string, table: string, fail = BROKEN): Promise<void> {
  await sql`
    create or replace function fail_for_contact() returns trigger language plpgsql as $$
    begin
      if new.contact_id = tg_argv[0]::bigint then ${sql.raw(fail)} end if;
      return new;
    end $$`.execute(h.app.db)
  await sql`
    create trigger fail before insert on ${sql.table(table)}
    for each row execute function fail_for_contact(${sql.lit(contactId)})`.execute(h.app.db)
}

const mend = (table: string) => sql`drop trigger fail on ${sql.table(table)}`.execute(h.app.db)

const grant = (contactId: string) =>
  h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))

const runOf = (contactId: string) =>
  h.app.db
    .selectFrom('automation_runs')
    .selectAll()
    .where('contact_id', '=', contactId)
    .executeTakeFirstOrThrow()

const taggedEvents = async (contactId: string) =>
  (
    await h.app.db
      .selectFrom('events')
      .select('type')
      .where('contact_id', '=', contactId)
      .where('run_id', 'is not', null)
      .orderBy('id')
      .execute()
  ).map(({ type }) => type)

test('a run that fails blocks no other, is retried, and executes no step twice', async () => {
  const contactIds = await Promise.all(Array.from({ length: 5 }, () => makeContact(h.app, siteId)))
  const broken = contactIds[2]!
  await breakFor(broken, 'taggings')
  for (const id of contactIds) await grant(id)
  await h.drain()
  for (const id of contactIds.filter((one) => one !== broken)) {
    expect((await runOf(id)).status).toBe('completed')
  }
  const failing = await runOf(broken)
  expect(failing).toMatchObject({ status: 'active', reason: 'retry', attempts: 1, step: 0 })
  expect(failing.error).toContain('broken on purpose')
  expect(failing.due_at!.getTime()).toBeGreaterThan(h.app.clock.now().getTime())
  await mend('taggings')
  await advanceClock(h.app, 60_000)
  expect(await runOf(broken)).toMatchObject({ status: 'completed', attempts: 0, error: null, reason: null })
  expect(await taggedEvents(broken)).toEqual(['tag_added', 'tag_removed'])
})

test('conditions are evaluated once: a contact who stops meeting them before a retry still completes the run', async () => {
  const contactId = await makeContact(h.app, siteId)
  const other = await makeOffer(h.app, siteId)
  const automationId = await makeAutomation(h.app, siteId, {
    trigger: { event: 'offer_granted', resource_id: other },
    conditions: { filter: 'has_offer_id', value: other },
    actions: [{ action: 'add_tag', tag_id: tagId }],
  })
  await breakFor(contactId, 'taggings')
  const path = `/v1/contacts/${contactId}/relationships/offers`
  await h.client.post(path, offersBody([other]))
  await h.drain()
  expect(await runOf(contactId)).toMatchObject({
    status: 'active',
    reason: 'retry',
    begun_at: expect.any(Date),
  })
  await h.client.delete(path, offersBody([other]))
  await mend('taggings')
  await advanceClock(h.app, 60_000)
  expect(await runOf(contactId)).toMatchObject({
    automation_id: automationId,
    status: 'completed',
    reason: null,
  })
})

test('a run whose statements time out blocks no other', async () => {
  const contactIds = await Promise.all(Array.from({ length: 3 }, () => makeContact(h.app, siteId)))
  const [slow, ...others] = contactIds as [string, ...string[]]
  await breakFor(slow, 'taggings', 'perform pg_cancel_backend(pg_backend_pid()); perform pg_sleep(1);')
  for (const id of contactIds) await grant(id)
  await h.drain()
  for (const id of others) expect((await runOf(id)).status).toBe('completed')
  expect(await runOf(slow)).toMatchObject({ status: 'active', reason: 'retry', attempts: 1 })
  await mend('taggings')
  await advanceClock(h.app, 60_000)
  expect((await runOf(slow)).status).toBe('completed')
})

test('a deadlock is retried at once and does not count as a failure of the run', async () => {
  const contactId = await makeContact(h.app, siteId)
  await sql`create sequence stumbles`.execute(h.app.db)
  // All attempts at the batch, and the first at the run alone.
  await breakFor(
    contactId,
    'taggings',
    `if nextval('stumbles') <= 6 then raise exception 'stumbled' using errcode = 'deadlock_detected'; end if;`,
  )
  await grant(contactId)
  await h.drain()
  expect(await runOf(contactId)).toMatchObject({ status: 'completed', error: null })
  const { rows } = await h.app.pool.query('select last_value::int from stumbles')
  expect(rows).toEqual([{ last_value: 7 }])
  await mend('taggings')
})

test('a run that keeps failing ends as failed, with its error', async () => {
  const contactId = await makeContact(h.app, siteId)
  await breakFor(contactId, 'taggings')
  await grant(contactId)
  await h.drain()
  await advanceClock(h.app, 3 * 86_400_000)
  const run = await runOf(contactId)
  expect(run).toMatchObject({ status: 'failed', attempts: 8, due_at: null, step: 0 })
  expect(run.error).toContain('broken on purpose')
  const { body } = await h.client.get(`/v1/automation_runs/${run.id}`)
  expect(body.data.attributes).toMatchObject({ status: 'failed', error: run.error, steps: [] })
  await mend('taggings')
})

test('a worker that dies before it records a step leaves no effect of it, and the step is executed once', async () => {
  const contactId = await makeContact(h.app, siteId)
  await grant(contactId)
  await sql`
    create function die() returns trigger language plpgsql as $$
    begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$`.execute(h.app.db)
  await sql`create trigger die before insert on automation_run_steps for each row execute function die()`.execute(
    h.app.db,
  )
  await expect(h.drain()).rejects.toThrow(/terminat/)
  expect(await runOf(contactId)).toMatchObject({ status: 'active', step: 0, attempts: 0 })
  expect(await taggedEvents(contactId)).toEqual([])
  await sql`drop trigger die on automation_run_steps`.execute(h.app.db)
  await h.drain()
  expect(await taggedEvents(contactId)).toEqual(['tag_added', 'tag_removed'])
  expect((await runOf(contactId)).status).toBe('completed')
})
