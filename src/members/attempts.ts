import { sql } from 'kysely'
import type { App } from '../app.ts'

const WINDOW_MS = 15 * 60_000

/** How often within a quarter of an hour: for one e-mail address, and from one source for all of them. */
const MOST = { address: 10, source: 60 }

/**
 * Counts an attempt to sign in, or to be sent a link, before it is looked at; right ones count too, so
 * that the count tells nothing.
 *
 * @returns seconds to wait when there were too many, else 0
 */
export async function countAttempt(
  { db, clock }: App,
  siteId: string,
  email: string,
  source: string,
): Promise<number> {
  const now = clock.now()
  const ends = new Date(now.getTime() + WINDOW_MS)
  const subjects = [`address ${email.trim().toLowerCase().slice(0, 254)}`, `source ${source}`].sort()
  const { rows } = await sql<{ subject: string; count: number; ends_at: Date }>`
    insert into member_attempts as a (site_id, subject, count, ends_at)
    select ${siteId}::bigint, subject, 1, ${ends}::timestamptz from unnest(${subjects}::text[]) subject
    on conflict (subject, site_id) do update
       set count = case when a.ends_at <= ${now} then 1 else a.count + 1 end,
           ends_at = case when a.ends_at <= ${now} then excluded.ends_at else a.ends_at end
    returning subject, count, ends_at`.execute(db)
  const over = rows.filter(({ subject, count }) => count > MOST[subject.split(' ')[0] as keyof typeof MOST])
  return Math.max(0, ...over.map(({ ends_at }) => Math.ceil((ends_at.getTime() - now.getTime()) / 1000)))
}
