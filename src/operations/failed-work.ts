/** Pending and failed background work: finding it and retrying it. */
import { type RawBuilder, sql } from 'kysely'
import type { App } from '../platform/app.ts'
import type { Db } from '../platform/db/database.ts'

export const WORK_KINDS = ['email', 'run', 'delivery', 'event'] as const

export type WorkKind = (typeof WORK_KINDS)[number]

/** A piece of background work that is pending or has failed. */
export interface Work {
  kind: WorkKind
  id: string
  /** A short description, such as "welcome to contact 7". */
  what: string
  isFailed: boolean
  attempts: number
  /** When it is attempted next; null when it is not, until it is retried. */
  due_at: Date | null
  created_at: Date
  error: string | null
}

/** For each kind, what is pending or has failed, by partial indexes. Events that failed are retried with backoff. */
const FOUND: Record<WorkKind, () => RawBuilder<unknown>> = {
  email: () => sql`
    select e.id::text, e.kind || ' to ' || coalesce('contact ' || e.contact_id, 'the owner') as what, e.status = 'failed' as "isFailed", e.attempts,
           e.due_at, e.created_at, e.response as error
      from emails e where e.status in ('pending', 'failed')`,
  run: () => sql`
    select r.id::text, 'automation ' || r.automation_id || ', step ' || r.step as what, r.status = 'failed' as "isFailed",
           r.attempts, r.due_at, r.created_at, coalesce(r.error, r.reason) as error
      from automation_runs r where r.status in ('active', 'failed')`,
  delivery: () => sql`
    select d.id::text, d.event || ' to hook ' || d.hook_id as what, d.status = 'failed' as "isFailed", d.attempts, d.due_at,
           d.created_at, (select coalesce(a.error, a.response_status::text) from webhook_attempts a
                           where a.delivery_id = d.id and a.site_id = d.site_id order by a.number desc limit 1) as error
      from webhook_deliveries d where d.status in ('pending', 'failed')`,
  event: () => sql`
    select e.id::text, e.type as what, e.dispatch_attempts > 0 as "isFailed", e.dispatch_attempts as attempts,
           e.dispatch_after as due_at, e.occurred_at as created_at, e.dispatch_error as error
      from events e where e.dispatched_at is null`,
}

/** The newest pending or failed work. */
export async function findWork(
  db: Db,
  {
    kinds = WORK_KINDS,
    onlyFailed,
    most,
  }: { kinds?: readonly WorkKind[]; onlyFailed: boolean; most: number },
): Promise<Work[]> {
  const found: Work[] = []
  for (const kind of kinds) {
    const { rows } = await sql<Omit<Work, 'kind'>>`
      select * from (${FOUND[kind]()}) w where w."isFailed" or not ${onlyFailed} order by created_at desc limit ${most}`.execute(
      db,
    )
    found.push(...rows.map((row) => ({ kind, ...row })))
  }
  return found
}

/** Number of failed items of each kind. */
export async function countFailed(db: Db): Promise<Record<WorkKind, number>> {
  const { rows } = await sql<Record<WorkKind, number>>`
    select (select count(*)::int from emails where status = 'failed') as email,
           (select count(*)::int from automation_runs where status = 'failed') as run,
           (select count(*)::int from webhook_deliveries where status = 'failed') as delivery,
           (select count(*)::int from events where dispatched_at is null and dispatch_attempts > 0) as event`.execute(
    db,
  )
  return rows[0]!
}

/** Makes failed work of a kind pending again, limited by a condition on its rows. */
const RETRY: Record<WorkKind, (which: RawBuilder<unknown>, now: Date) => RawBuilder<unknown>> = {
  email: (which, now) => sql`
    update emails set status = 'pending', due_at = ${now}, attempts = 0, failed_at = null where status = 'failed' and ${which}`,
  run: (which, now) => sql`
    update automation_runs set status = 'active', due_at = ${now}, attempts = 0, error = null, reason = null, ended_at = null
     where status = 'failed' and ${which}`,
  // Only of enabled hooks. They are locked first, as wherever deliveries are queued.
  delivery: (which, now) => sql`
    with due as (
      update hooks set due_at = least(due_at, ${now})
       where deleted_at is null and disabled_at is null
         and id in (select hook_id from webhook_deliveries where status = 'failed' and ${which})
      returning id, site_id
    )
    update webhook_deliveries set status = 'pending', due_at = ${now}, failed_at = null
      from due
     where webhook_deliveries.hook_id = due.id and webhook_deliveries.site_id = due.site_id and status = 'failed' and ${which}`,
  event: (which) => sql`
    update events set dispatch_after = null where dispatched_at is null and dispatch_attempts > 0 and ${which}`,
}

/**
 * Retries failed work at once.
 *
 * @param id null: all of the kind
 * @returns number of items; deliveries to disabled hooks are left out
 */
export async function retryFailedWork(app: App, kind: WorkKind, id: string | null): Promise<number> {
  const column = kind === 'delivery' ? sql`webhook_deliveries.id` : sql`id`
  const which = id === null ? sql`true` : sql`${column}::text = ${id}`
  const { numAffectedRows } = await RETRY[kind](which, app.clock.now()).execute(app.db)
  return Number(numAffectedRows ?? 0)
}
