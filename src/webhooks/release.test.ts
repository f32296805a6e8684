import { afterEach, beforeEach, expect, test } from 'vitest'
import { inTransaction } from '../platform/db/database.ts'
import { makeContact } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import { type Receiver, startReceiver } from '../testing/receiver.ts'
import { callHooks } from './call-hooks.ts'
import { deliveriesSettled, deliverToHooks } from './deliver-to-hooks.ts'
import type { HookEvent } from './hook-events.ts'

let h: Harness
let receiver: Receiver
beforeEach(async () => {
  h = await startHarness()
  receiver = await startReceiver()
})
afterEach(async () => {
  await receiver.close()
  await h.close()
})

const GATE = 42

/** Makes transactions that release a hook wait before they commit. */
const HELD_RELEASE = `
  create function wait_at_gate() returns trigger language plpgsql as
    $$ begin perform pg_advisory_xact_lock_shared(${GATE}); return null; end $$;
  create constraint trigger held_release after update on hooks deferrable initially deferred for each row
    when (old.leased_until is not null and new.leased_until is null) execute function wait_at_gate()`

/** The kinds of locks that connections to this database wait for; the server has databases of other tests, too. */
const waiting = async () => {
  const { rows } = await h.app.pool.query<{ locktype: string }>(
    `select l.locktype from pg_locks l join pg_stat_activity a using (pid)
      where not l.granted and a.datname = current_database() order by l.locktype`,
  )
  return rows.map(({ locktype }) => locktype)
}

/** Queues a delivery while a worker that has sent all pending ones releases the hook; then sends what is due. */
async function queueWhileReleased(event: HookEvent, queue: (hookId: string) => Promise<unknown>) {
  const hookId = await makeHook(h.app, h.account.siteId, { event, targetUrl: receiver.url })
  await h.client.post(`/v1/hooks/${hookId}/test`)
  await h.app.pool.query(HELD_RELEASE)
  const gate = await h.app.pool.connect()
  await gate.query('select pg_advisory_lock($1)', [GATE])
  await deliverToHooks(h.app)
  await expect.poll(waiting, { timeout: 10_000 }).toEqual(['advisory'])
  const queued = queue(hookId)
  await expect.poll(waiting, { timeout: 10_000 }).toEqual(['advisory', 'transactionid'])
  await gate.query('select pg_advisory_unlock($1)', [GATE])
  gate.release()
  await Promise.all([queued, deliveriesSettled(h.app)])
  await deliverToHooks(h.app)
  await deliveriesSettled(h.app)
}

test('an event that is dispatched while its hook is released is delivered', async () => {
  await queueWhileReleased('contact_created', async () => {
    await makeContact(h.app, h.account.siteId)
    await h.dispatch()
  })
  expect(receiver.received).toHaveLength(2)
})

test('a step that calls a hook while it is released is delivered', async () => {
  const { siteId } = h.account
  const contactId = await makeContact(h.app, siteId)
  const { id: eventId } = await h.app.db.selectFrom('events').select('id').executeTakeFirstOrThrow()
  await queueWhileReleased('automation', (hookId) =>
    inTransaction(h.app.db, (tx) =>
      callHooks(tx, siteId, [{ hookId, eventId, contactId, runId: '1', step: 0 }], h.app.clock.now()),
    ),
  )
  expect(receiver.received).toHaveLength(2)
})
