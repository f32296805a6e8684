import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

/** Numbers of pending events and e-mails. */
export interface Backlog {
  events: number
  emails: number
}

const PAUSE_MS = 250

/** Waits until nothing is pending, at most `limitMs`. @returns what is still pending */
export async function settle(client: pg.Client, limitMs: number): Promise<Backlog> {
  for (const end = Date.now() + limitMs; ; await sleep(PAUSE_MS)) {
    const backlog = await readBacklog(client)
    const isIdle = Object.values(backlog).every((count) => count === 0)
    if (isIdle || Date.now() > end) return backlog
  }
}

async function readBacklog(client: pg.Client): Promise<Backlog> {
  const { rows } = await client.query<Backlog>(`
    select (select count(*)::int from events where dispatched_at is null) as events,
           (select count(*)::int from emails where status = 'pending') as emails`)
  return rows[0]!
}
