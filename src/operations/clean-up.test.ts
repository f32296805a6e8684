import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { queues } from '../background.ts'
import { hashSecret, randomSecret } from '../platform/secrets/secrets.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { cleanUp } from './clean-up.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const inDays = (days: number) => new Date(h.app.clock.now().getTime() + days * 86_400_000)

test('expired sessions and counts of attempts are deleted', async () => {
  const site_id = h.account.siteId
  for (const days of [-1, 1]) {
    const time = { created_at: inDays(-2), seen_at: inDays(-2), expires_at: inDays(days) }
    await h.app.db
      .insertInto('member_sessions')
      .values({ site_id, id_hash: hashSecret(randomSecret()), customer_id: '1', ...time })
      .execute()
    await h.app.db
      .insertInto('attempts')
      .values({ realm: 'users', subject: `in ${days}`, count: 1, ends_at: inDays(days) })
      .execute()
  }
  expect(await cleanUp(h.app, queues)).toBe(2)
  const left = await h.app.db.selectFrom('attempts').select('subject').execute()
  expect(left).toEqual([{ subject: 'in 1' }])
})

test('challenges of passkeys that were used are deleted once they have expired', async () => {
  for (const [n, days] of [-1, 1].entries())
    await h.app.db
      .insertInto('spent_challenges')
      .values({ challenge: Buffer.from([n]), expires_at: inDays(days) })
      .execute()
  expect(await cleanUp(h.app, queues)).toBe(1)
  const left = await h.app.db.selectFrom('spent_challenges').select('challenge').execute()
  expect(left).toEqual([{ challenge: Buffer.from([1]) }])
})

test('links are deleted 30 days after they were used or expired', async () => {
  const links = [
    { event_id: '1', used_at: inDays(-31), expires_at: inDays(-25) },
    { event_id: '2', used_at: null, expires_at: inDays(-31) },
    { event_id: '3', used_at: inDays(-29), expires_at: inDays(-40 + 12) },
    { event_id: '4', used_at: null, expires_at: inDays(-29) },
    { event_id: '5', used_at: null, expires_at: inDays(3) },
  ]
  const common = { site_id: h.account.siteId, purpose: 'gift', customer_id: '1', created_at: inDays(-60) }
  await h.app.db
    .insertInto('member_links')
    .values(links.map((link) => ({ ...common, ...link, token_hash: hashSecret(randomSecret()) })))
    .execute()
  expect(await cleanUp(h.app, queues)).toBe(2)
  const left = await h.app.db.selectFrom('member_links').select('event_id').orderBy('event_id').execute()
  expect(left.map(({ event_id }) => event_id)).toEqual(['3', '4', '5'])
})

/** Inserts a dispatched event of this age in days. @returns its id */
async function plantEvent(age: number, values: object = {}): Promise<string> {
  const event = { site_id: h.account.siteId, type: 'tag_added', actor: 'test', dispatched_at: inDays(-age) }
  const { id } = await h.app.db
    .insertInto('events')
    .values({ ...event, occurred_at: inDays(-age), ...values })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

const plantRun = async (event_id: string, values: object) => {
  const run = {
    site_id: h.account.siteId,
    automation_id: '1',
    version: 1,
    event_id,
    contact_id: '1',
    depth: 0,
  }
  const { id } = await h.app.db
    .insertInto('automation_runs')
    .values({ ...run, created_at: inDays(-500), ...values })
    .returning('id')
    .executeTakeFirstOrThrow()
  await h.app.db
    .insertInto('automation_run_steps')
    .values({
      site_id: h.account.siteId,
      run_id: id,
      position: 0,
      action: 'wait',
      state: 'done',
      done_at: inDays(-500),
    })
    .execute()
  return id
}

const plantDelivery = async (values: object) => {
  const delivery = { site_id: h.account.siteId, hook_id: '1', event: 'tag_added', created_at: inDays(-500) }
  const { id } = await h.app.db
    .insertInto('webhook_deliveries')
    .values({ ...delivery, ...values })
    .returning('id')
    .executeTakeFirstOrThrow()
  const attempt = { site_id: h.account.siteId, delivery_id: id, number: 1, duration_ms: 1, request: '{}' }
  await h.app.db
    .insertInto('webhook_attempts')
    .values({ ...attempt, begun_at: inDays(-500) })
    .execute()
  return id
}

async function idsIn(table: string, column = 'id'): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select ${sql.ref(column)} as id from ${sql.table(table)} order by 1`.execute(h.app.db)
  return rows.map(({ id }) => id)
}

test('events are deleted with the runs that they started, except causes of anything unfinished or younger', async () => {
  await h.app.db.deleteFrom('events').execute()
  const done = { status: 'completed', ended_at: inDays(-450) }
  const pendingEmail = {
    site_id: h.account.siteId,
    kind: 'automation',
    contact_id: '1',
    created_at: inDays(-450),
    due_at: inDays(-450),
  }
  const link = {
    site_id: h.account.siteId,
    purpose: 'gift',
    customer_id: '1',
    created_at: inDays(-450),
    expires_at: inDays(1),
  }
  const forgotten = await plantEvent(401)
  await plantEvent(401, { caused_by: forgotten })
  await plantRun(forgotten, done)
  const kept = {
    young: await plantEvent(399),
    undispatched: await plantEvent(401, { dispatched_at: null }),
    cause: await plantEvent(401),
    active: await plantEvent(401),
    lately: await plantEvent(401),
    email: await plantEvent(401),
    delivery: await plantEvent(401),
    link: await plantEvent(401),
  }
  const effect = await plantEvent(1, { caused_by: kept.cause })
  const runs = [
    await plantRun(kept.active, { due_at: inDays(1) }),
    await plantRun(kept.lately, { status: 'stopped', ended_at: inDays(-1) }),
    await plantRun(kept.delivery, done),
  ]
  await h.app.db
    .insertInto('emails')
    .values({ ...pendingEmail, event_id: kept.email })
    .execute()
  await plantDelivery({ event_id: kept.delivery, due_at: inDays(1), run_id: runs[2], step: 0 })
  await h.app.db
    .insertInto('member_links')
    .values({ ...link, event_id: kept.link, token_hash: hashSecret(randomSecret()) })
    .execute()
  while ((await cleanUp(h.app, queues)) > 0);
  expect(await idsIn('events')).toEqual([...Object.values(kept), effect])
  expect(await idsIn('automation_runs')).toEqual(runs)
  expect(await idsIn('automation_run_steps', 'run_id')).toEqual(runs)
})

test('finished webhook deliveries are deleted with their attempts after the retention period', async () => {
  await h.app.db.deleteFrom('events').execute()
  await h.app.db.deleteFrom('webhook_deliveries').execute()
  await h.app.db.deleteFrom('webhook_attempts').execute()
  await plantDelivery({ status: 'delivered', delivered_at: inDays(-31) })
  await plantDelivery({ status: 'cancelled' })
  const kept = [
    await plantDelivery({ due_at: inDays(1) }),
    await plantDelivery({ status: 'failed', failed_at: inDays(-29) }),
    await plantDelivery({ status: 'delivered', delivered_at: inDays(-29) }),
  ]
  expect(await cleanUp(h.app, queues)).toBe(2)
  expect(await idsIn('webhook_deliveries')).toEqual(kept)
  expect(await idsIn('webhook_attempts', 'delivery_id')).toEqual(kept)
})

test('more than one batch is scanned: kept rows at the beginning do not stop the cleaning', async () => {
  await h.app.db.deleteFrom('events').execute()
  const plant = (state: string, n: number) =>
    sql`
    insert into events (site_id, type, occurred_at, actor, dispatched_at)
    select ${h.account.siteId}, 'tag_added', ${inDays(-500)}, ${state}, case ${state} when 'done' then ${inDays(-500)}::timestamptz end
      from generate_series(1, ${n}::integer)`.execute(h.app.db)
  await plant('waits', 2_500)
  await plant('done', 2_500)
  expect(await cleanUp(h.app, queues)).toBe(2_500)
  expect(await idsIn('events', 'actor')).toEqual(Array(2_500).fill('waits'))
})

test('budgets of past hours are deleted', async () => {
  const hours = [inDays(-2), inDays(0)]
  const site_id = h.account.siteId
  await h.app.db
    .insertInto('email_budgets')
    .values(hours.map((hour) => ({ site_id, hour, used: 1 })))
    .execute()
  expect(await cleanUp(h.app, queues)).toBe(1)
})
