import { sql } from 'kysely'
import type { App } from '../app.ts'
import { parseEmailAddress } from '../text/email-address.ts'

const WINDOW_MS = 15 * 60_000

/** How often within a quarter of an hour: each kind for one person, and from one source whatever it is. */
const MOST = { password: 10, link: 5, account: 10, source: 60 }

/**
 * Counts an attempt to sign in, to be sent a link, or to prove a password, before it is looked at; right ones
 * count too, so that the count tells nothing. Each kind counts for itself: who is kept from guessing a
 * password can still be sent a link.
 *
 * @param person e-mail address or id
 * @returns seconds to wait when there were too many, else 0
 */
export async function countAttempt(
  { db, clock }: App,
  siteId: string,
  kind: 'password' | 'link' | 'account',
  person: string,
  source: string,
): Promise<number> {
  const now = clock.now()
  const ends = new Date(now.getTime() + WINDOW_MS)
  const subjects = [
    // Every spelling of an address counts as one.
    `${kind} ${(parseEmailAddress(person) ?? person).slice(0, 254)}`,
    `source ${networkOf(source)}`,
  ].sort()
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

/** An address, or of IPv6 its first half: the other half everybody chooses for themselves. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  const [left = [], right = []] = address.split('::').map((part) => part.split(':').filter(Boolean))
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return [...left, ...zeros, ...right].slice(0, 4).join(':')
}
