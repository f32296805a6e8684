import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { type Db, inTransaction, type Tx } from '../platform/db/database.ts'
import { recordEvent } from '../platform/events/events.ts'
import { leaseEnd } from '../platform/queue/lease.ts'
import { GONE, type Outcome } from './attempt.ts'
import { type Claimed, LEASE_MS } from './claim-hooks.ts'
import { disableHook } from './disable-hook.ts'
import { FAILING_LIMIT_MS, SILENCE_MS } from './retries.ts'

/**
 * Records attempts, in the order in which they were made, and renews the lease of the hook. A hook whose receiver is
 * gone, or at which nothing has succeeded for days, is disabled, and the owner gets an e-mail.
 *
 * @returns whether to go on; not when another worker has the hook, or the hook is disabled
 */
export async function recordOutcomes(app: App, hook: Claimed, outcomes: Outcome[]): Promise<boolean> {
  if (outcomes.length === 0) return true
  const now = app.clock.now()
  hook.failing_since = failingSince(hook, outcomes, now)
  hook.last_attempt_at = now
  const reason = reasonToDisable(hook, outcomes, now)
  if (!reason) return record(app.db, hook, outcomes, now)
  const { isDisabled, lease } = await inTransaction(app.db, async (tx) => {
    // Of this try alone: one that is undone leaves the hook with the lease that it had.
    const held = { ...hook }
    const isOpen = await record(tx, held, outcomes, now)
    if (isOpen) await disable(tx, held, outcomes, reason, now)
    return { isDisabled: isOpen, lease: held.lease }
  })
  hook.lease = lease
  if (isDisabled) {
    app.onEvents()
    app.log.warn({ hook: { site_id: hook.site_id, id: hook.id }, reason }, 'a hook is disabled')
  }
  return false
}

async function disable(
  tx: Tx,
  { site_id, id, failing_since }: Claimed,
  outcomes: Outcome[],
  reason: 'gone' | 'failing',
  now: Date,
): Promise<void> {
  await disableHook(tx, site_id, id, reason, now)
  const { response_status, error } = outcomes.findLast(({ status }) => status !== 'delivered')!
  const answer = response_status === null ? error! : `HTTP ${response_status}`
  const data = { hook_id: id, reason, failing_since: failing_since!.toISOString(), answer }
  const origin = { actor: 'system', requestId: null, now }
  await recordEvent(tx, 'hook_disabled', { siteId: site_id, contactId: null }, data, origin)
}

/** Only attempts count: a failure after a long silence starts again, whatever failed before it. */
function failingSince(
  { failing_since, last_attempt_at }: Claimed,
  outcomes: Outcome[],
  now: Date,
): Date | null {
  if (outcomes.at(-1)!.status === 'delivered') return null
  const hasSucceeded = outcomes.some(({ status }) => status === 'delivered')
  const wasSilent =
    last_attempt_at === null || outcomes[0]!.begun_at.getTime() - last_attempt_at.getTime() > SILENCE_MS
  return failing_since === null || hasSucceeded || wasSilent ? now : failing_since
}

function reasonToDisable(
  { failing_since }: Claimed,
  outcomes: Outcome[],
  now: Date,
): 'gone' | 'failing' | null {
  if (outcomes.some(({ response_status }) => response_status === GONE)) return 'gone'
  const isLong = failing_since !== null && now.getTime() - failing_since.getTime() >= FAILING_LIMIT_MS
  return isLong ? 'failing' : null
}

/**
 * In one statement. What has succeeded once stays delivered, whatever becomes of a replay; what was cancelled
 * meanwhile stays so unless it has succeeded. Attempts are numbered as they are recorded: what is
 * replayed while it is sent is read before its attempt counts.
 */
async function record(db: Db | Tx, hook: Claimed, outcomes: Outcome[], now: Date): Promise<boolean> {
  const { site_id, id, lease, failing_since } = hook
  const { rows } = await sql<{ lease: string; open: boolean }>`
    with held as (
      update hooks set leased_until = ${leaseEnd(LEASE_MS)}, failing_since = ${failing_since}, last_attempt_at = ${now}
       where site_id = ${site_id} and id = ${id} and leased_until = ${lease}::timestamptz
      returning leased_until::text as lease, deleted_at is null and disabled_at is null as open
    ), made as materialized (
      -- Nothing is kept of what was said about a person who was deleted meanwhile; who deletes one waits for this.
      select d.id, d.attempts + 1 as number, m.begun_at, m.duration_ms, m.request, m.response_status, m.error, m.status, m.due_at,
             case when person.deleted_at is null then m.response_body end as response_body
        from held
       cross join jsonb_to_recordset(${JSON.stringify(outcomes)}::jsonb)
                  m (id bigint, begun_at timestamptz, duration_ms integer, request jsonb,
                     response_status integer, response_body text, error text, status text, due_at timestamptz)
        join webhook_deliveries d on d.site_id = ${site_id} and d.id = m.id
        left join lateral (
          select c.deleted_at from contacts c where c.site_id = d.site_id and c.id = d.contact_id
           limit 1 for key share) person on true
    ), notified as (
      update webhook_deliveries d
         set attempts = m.number,
             status = case when m.status = 'delivered' or (m.status = 'failed' and d.delivered_at is not null) then 'delivered'
                           when d.status = 'pending' then m.status else d.status end,
             due_at = case d.status when 'pending' then m.due_at end,
             delivered_at = case m.status when 'delivered' then ${now}::timestamptz else d.delivered_at end,
             failed_at = case when m.status = 'failed' and d.delivered_at is null then ${now}::timestamptz else d.failed_at end
        from made m
       where d.site_id = ${site_id} and d.id = m.id
    ), tried as (
      insert into webhook_attempts (site_id, delivery_id, number, begun_at, duration_ms, request, response_status, response_body, error)
      select ${site_id}, id, number, begun_at, duration_ms, request, response_status, response_body, error from made
    )
    select lease, open from held`.execute(db)
  if (rows[0]) hook.lease = rows[0].lease
  return rows[0]?.open ?? false
}
