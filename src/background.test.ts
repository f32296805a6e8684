import { afterAll, beforeAll, expect, test } from 'vitest'
import { dispatching, queues } from './background.ts'
import { countJobs, findJobs, retryJobs } from './platform/queue/jobs.ts'
import { makeAutomation } from './testing/automations.ts'
import { type Harness, startHarness } from './testing/harness.ts'
import { makeHook } from './testing/hooks.ts'
import { causeWelcome } from './testing/outbox.ts'
import { deliveriesQueue } from './webhooks/deliveries-queue.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const failed = () => findJobs(h.app.db, queues, { onlyFailed: true, most: 100 })

/** Failed jobs of each kind, inserted directly. */
async function failEach(): Promise<Record<string, string>> {
  await h.drain()
  const email = await causeWelcome(h)
  await makeAutomation(h.app, h.account.siteId, {
    trigger: { event: 'contact_created' },
    actions: [{ action: 'wait', amount: 1, unit: 'days' }, { action: 'stop' }],
  })
  await makeHook(h.app, h.account.siteId, { event: 'contact_created' })
  await causeWelcome(h)
  await h.drain()
  const { pool } = h.app
  const { id } = await email()
  await pool.query(
    `update emails set status = 'failed', failed_at = now(), response = 'no such user' where id = $1`,
    [id],
  )
  const run = await pool.query(
    `update automation_runs set status = 'failed', due_at = null, ended_at = now(), attempts = 8, error = 'broken' returning id`,
  )
  const delivery = await pool.query(
    `update webhook_deliveries set status = 'failed', due_at = null, failed_at = now() returning id`,
  )
  const event = await pool.query(
    `insert into events (site_id, type, occurred_at, actor, dispatch_attempts, dispatch_after, dispatch_error)
     values ($1, 'contact_deleted', now(), 'test', 3, now() + interval '1 hour', 'oops') returning id`,
    [h.account.siteId],
  )
  const notification = await pool.query(
    `insert into provider_events (site_id, event_id, provider_account_id, type, object_id, due_at, failed_at, error, created_at)
     values ($1, 'evt_1', 1, 'charge.refunded', 'ch_1', null, now(), 'no such charge', now()) returning id`,
    [h.account.siteId],
  )
  return {
    'payment event': notification.rows[0].id,
    email: id,
    run: run.rows[0].id,
    delivery: delivery.rows[0].id,
    event: event.rows[0].id,
  }
}

test('failed work is found with its reason, counted by kind, and retried', async () => {
  const ids = await failEach()
  const errors: Record<string, unknown> = {
    email: 'no such user',
    run: 'broken',
    delivery: expect.anything(),
    event: 'oops',
    'payment event': 'no such charge',
  }
  const found = await failed()
  for (const { kind } of queues) {
    expect(found).toContainEqual(
      expect.objectContaining({ kind, id: ids[kind], isFailed: true, error: errors[kind] }),
    )
  }
  const counts = await countJobs(h.app.db, queues)
  for (const { kind } of queues)
    expect([kind, counts.failed[kind]]).toEqual([kind, found.filter((job) => job.kind === kind).length])
  const { body } = await h.clientWith(null).get('/metrics/database')
  for (const { kind } of queues) {
    expect(body).toContain(`bestow_failed{kind="${kind}"} ${counts.failed[kind]}\n`)
    expect(body).toContain(`bestow_pending{kind="${kind}"} ${counts.pending[kind]}\n`)
  }

  for (const queue of queues) {
    const { kind } = queue
    expect(await retryJobs(h.app, queue, '999999')).toBe(0)
    expect([kind, await retryJobs(h.app, queue, ids[kind]!)]).toEqual([kind, 1])
    expect(await retryJobs(h.app, queue, ids[kind]!)).toBe(queue === dispatching ? 1 : 0)
  }
  await h.drain()
  const { rows } = await h.app.pool.query(
    `select (select status from emails where id = $1) as email, (select status from automation_runs where id = $2) as run,
            (select status from webhook_deliveries where id = $3) as delivery,
            (select dispatched_at is not null from events where id = $4) as event`,
    [ids.email, ids.run, ids.delivery, ids.event],
  )
  expect(rows).toEqual([{ email: 'kept', run: 'stopped', delivery: 'pending', event: true }])
})

test('all work of a kind is retried at once, except deliveries to disabled hooks', async () => {
  await h.app.pool.query(`update webhook_deliveries set status = 'failed', due_at = null`)
  await h.app.pool.query(`update hooks set disabled_at = now(), disabled_reason = 'gone'`)
  expect(await retryJobs(h.app, deliveriesQueue, null)).toBe(0)
  await h.app.pool.query('update hooks set disabled_at = null, disabled_reason = null')
  const { delivery } = (await countJobs(h.app.db, queues)).failed
  expect(delivery).toBeGreaterThan(0)
  expect(await retryJobs(h.app, deliveriesQueue, null)).toBe(delivery)
  expect((await countJobs(h.app.db, queues)).failed.delivery).toBe(0)
})
