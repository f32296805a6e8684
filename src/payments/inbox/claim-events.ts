import { sql } from 'kysely'
import type { App } from '../../platform/app.ts'
import { isFree, leaseEnd } from '../../platform/queue/lease.ts'
import { TASK_PREFIX } from './queue-task.ts'

/** Longer than the requests to the provider that an event takes, with their own repetitions. */
const LEASE_MS = 120_000

/** An entry of the inbox that this process has leased. */
export interface ClaimedEvent {
  site_id: string
  id: string
  provider_account_id: string
  type: string
  object_id: string
  attempts: number
  /** Until when; who still finds it there has it. Kept as the database writes it: a Date would cut it. */
  lease: string
}

/**
 * Leases entries of the inbox that are due, those first that have waited longest.
 *
 * @returns in groups that are about the same object
 */
export async function claimEvents({ db, clock }: App, limit: number): Promise<ClaimedEvent[][]> {
  const { rows } = await sql<ClaimedEvent>`
    with due as materialized (
      select site_id, id from provider_events
       where due_at <= ${clock.now()} and ${isFree('leased_until')}
       order by due_at limit ${limit}
         for no key update skip locked
    )
    update provider_events e set leased_until = ${leaseEnd(LEASE_MS)}
      from due
     where e.site_id = due.site_id and e.id = due.id
    returning e.site_id, e.id, e.provider_account_id, e.type, e.object_id, e.attempts, e.leased_until::text as lease`.execute(
    db,
  )
  const groups = Map.groupBy(rows, ({ site_id, provider_account_id, type, object_id }) =>
    [site_id, provider_account_id, kindOf(type), object_id].join(),
  )
  return [...groups.values()]
}

/** Events that are processed by reading the same object in the same way: the name of the change does not matter. */
const kindOf = (type: string): string =>
  type.startsWith(TASK_PREFIX) ? type : type.split('.').slice(0, -1).join('.')
