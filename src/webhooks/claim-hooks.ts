import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { inTransaction } from '../platform/db/database.ts'
import { isFree, leaseEnd } from '../platform/queue/lease.ts'

/** A hook that this process has leased. */
export interface Claimed {
  site_id: string
  id: string
  target_url: string
  /** Sealed, as those before it that still sign. */
  secret: string
  previous_secrets: string[]
  failing_since: Date | null
  last_attempt_at: Date | null
  /** Until when; who still finds it there has it. Kept as the database writes it: a Date would cut it. */
  lease: string
}

/** How long a worker holds a hook unless it renews the lease; longer than an attempt and its recording take. */
export const LEASE_MS = 30_000

/**
 * Takes hooks whose deliveries are due, those first that have waited longest.
 *
 * @param failing those at which the last attempt failed, or the others
 */
export async function claimHooks({ db, clock }: App, failing: boolean, limit: number): Promise<Claimed[]> {
  if (limit <= 0) return []
  const { rows } = await sql<Claimed>`
    with due as materialized (
      select site_id, id
        from hooks
       where deleted_at is null and disabled_at is null and due_at <= ${clock.now()}
         and ${isFree('leased_until')}
         and (failing_since is not null) = ${failing}
       order by due_at limit ${limit}
         for no key update skip locked
    )
    update hooks h set leased_until = ${leaseEnd(LEASE_MS)}
      from due
     where h.site_id = due.site_id and h.id = due.id
    returning h.site_id, h.id, h.target_url, h.secret, h.failing_since, h.last_attempt_at, h.leased_until::text as lease,
              array(select s.secret from hook_secrets s
                     where s.hook_id = h.id and s.site_id = h.site_id and s.signs_until > ${clock.now()}
                     order by s.id desc) as previous_secrets`.execute(db)
  return rows
}

/**
 * Releases a hook, and records when its next delivery is due; what is due already waits in line behind the hooks
 * that have waited longer.
 */
export async function releaseHook({ db, clock }: App, { site_id, id, lease }: Claimed): Promise<void> {
  await inTransaction(db, async (tx) => {
    // Whoever queues a delivery locks the hook: only a statement that begins after this one sees all of them.
    await sql`select from hooks where site_id = ${site_id} and id = ${id} for no key update`.execute(tx)
    await sql`
      update hooks
         set leased_until = null,
             due_at = (select greatest(next.due_at, ${clock.now()})
                         from (select min(d.due_at) as due_at from webhook_deliveries d
                                where d.site_id = ${site_id} and d.hook_id = ${id} and d.status = 'pending') next
                        where next.due_at is not null)
       where site_id = ${site_id} and id = ${id} and leased_until = ${lease}::timestamptz`.execute(tx)
  })
}
