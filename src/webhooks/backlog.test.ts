import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { examine } from '../operations/doctor/examine.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import { type Receiver, startReceiver } from '../testing/receiver.ts'

let h: Harness
let receiver: Receiver
let hookId: string
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())
beforeEach(async () => {
  await h.renew()
  receiver = await startReceiver()
  hookId = await makeHook(h.app, h.account.siteId, { targetUrl: receiver.url })
})
afterEach(() => receiver.close())

/** More than one batch of cancelling or replaying. */
const MANY = 12_000

async function queueMany(status: 'pending' | 'cancelled') {
  const now = h.app.clock.now()
  await h.app.pool.query(
    `insert into webhook_deliveries (site_id, hook_id, event, body, status, due_at, created_at)
     select $1, $2, 'automation', '{}', $3, case $3 when 'pending' then $4::timestamptz end, $4::timestamptz + n * interval '1 microsecond'
       from generate_series(1, ${MANY}) n`,
    [h.account.siteId, hookId, status, now],
  )
  await h.app.pool.query(`update hooks set due_at = $1 where id = $2 and $3 = 'pending'`, [
    now,
    hookId,
    status,
  ])
}

async function countOf(status: string): Promise<number> {
  const { rows } = await h.app.pool.query(
    `select count(*)::int as count from webhook_deliveries where status = $1`,
    [status],
  )
  return rows[0].count
}

const enable = (enabled: boolean) =>
  h.client.patch(`/v1/hooks/${hookId}`, { data: { type: 'hooks', attributes: { enabled } } })

const stuck = async () => (await examine(h.app)).find(({ name }) => name === 'delivery_stuck')!.violations

test.each<[string, () => Promise<unknown>]>([
  ['disabled', () => enable(false)],
  ['deleted', () => h.client.delete(`/v1/hooks/${hookId}`)],
])('pending deliveries of a hook that is %s are cancelled in batches, and none is sent', async (_, close) => {
  await queueMany('pending')
  await close()
  expect([await countOf('cancelled'), await countOf('pending'), await stuck()]).toEqual([5_000, 7_000, 0])
  await h.drain()
  expect([await countOf('cancelled'), receiver.received.length]).toEqual([MANY, 0])
})

test('a hook cannot be enabled before all its pending deliveries are cancelled', async () => {
  await queueMany('pending')
  await enable(false)
  const refused = await enable(true)
  expect([refused.status, refused.body.errors[0].code]).toEqual([409, 'hook_being_disabled'])
  await h.drain()
  expect((await enable(true)).status).toBe(200)
  await h.drain()
  expect(receiver.received).toEqual([])
})

test('deliveries that are still pending an hour after their hook was disabled are found', async () => {
  await queueMany('pending')
  await enable(false)
  await h.app.pool.query(`update hooks set disabled_at = disabled_at - interval '2 hours'`)
  expect(await stuck()).toBe(7_000)
  await h.drain()
  expect(await stuck()).toBe(0)
})

test('a replay sends the oldest 10,000 deliveries, and the next one continues', async () => {
  await queueMany('cancelled')
  const replay = async () =>
    (await h.client.post(`/v1/hooks/${hookId}/replay`, { data: { type: 'hooks' } })).body
  expect(await replay()).toEqual({ meta: { replayed: 10_000 } })
  const { rows } = await h.app.pool.query(
    `select max(id) filter (where status = 'pending') < min(id) filter (where status = 'cancelled') as "isOldest" from webhook_deliveries`,
  )
  expect(rows).toEqual([{ isOldest: true }])
  expect(await replay()).toEqual({ meta: { replayed: 2_000 } })
})
