import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { REFRESH_FACTOR } from '../accounts/oauth/issue-tokens.ts'
import { backgroundTasks } from '../background.ts'
import type { App } from '../platform/app.ts'
import { MovableClock } from '../platform/clock/clock.ts'
import { isInProgress, nextDue, tasksInProgress } from '../platform/queue/schedule.ts'
import { drain } from './drain.ts'

/** Work leased by a killed server stays leased for a while; that is not waited for. */
const PATIENCE_MS = 10_000
const POLL_MS = 50

/** What is due within this of each other is done together. */
const STEP_MS = 1_000

/**
 * Moves the clock of a development server ahead, and does everything that is due by then, in order and each at its
 * time: access ends, automations go on, e-mails and webhooks that wait for another attempt are tried. What follows
 * from it and is due by then is done too.
 *
 * @throws Error in production
 */
export async function advanceClock(app: App, milliseconds: number): Promise<void> {
  if (!(app.clock instanceof MovableClock)) throw new Error('The clock can be moved in development only.')
  const end = app.clock.now().getTime() + milliseconds
  for (let isThere = false; !isThere; ) {
    await doWhatIsDue(app)
    const next = await nextDue(app, backgroundTasks)
    const at = next === null ? end : Math.min(end, next.getTime() + STEP_MS)
    isThere = at === end
    // The real time has passed meanwhile.
    const left = at - app.clock.now().getTime()
    if (left > 0) await app.clock.advance(app.db, left)
  }
  await doWhatIsDue(app)
}

/** What has expired because the clock was moved, and was still good before. */
export interface Expired {
  access_tokens: number
  refresh_tokens: number
  sessions: number
  links: number
}

/** Counts what of sign-ins expires when the clock is moved this far ahead: to be asked before, since it is then cleaned up. */
export async function countExpiring({ db, clock, config }: App, milliseconds: number): Promise<Expired> {
  const now = clock.now()
  const end = new Date(now.getTime() + milliseconds)
  const accessMs = config.TOKEN_TTL * 1000
  const { rows } = await sql<Expired>`
    with families as (
      select expires_at, expires_at - make_interval(secs => ${(accessMs * (REFRESH_FACTOR - 1)) / 1000}) as access_ends_at
        from token_families where revoked_at is null and expires_at > ${now})
    select (select count(*)::int from families where access_ends_at > ${now} and access_ends_at <= ${end}) as access_tokens,
           (select count(*)::int from families where expires_at <= ${end}) as refresh_tokens,
           (select count(*)::int from member_sessions where expires_at > ${now} and expires_at <= ${end}) as sessions,
           (select count(*)::int from member_links
             where used_at is null and expires_at > ${now} and expires_at <= ${end}) as links`.execute(db)
  return rows[0]!
}

/**
 * Does everything that is due now, and what follows from it and is due as well; waits for what other loops work on.
 *
 * @returns the names of the background tasks that still have something due after `patienceMs`
 */
export async function doWhatIsDue(app: App, patienceMs = PATIENCE_MS): Promise<string[]> {
  for (const end = performance.now() + patienceMs; ; await sleep(POLL_MS)) {
    await drain(app)
    if (!(await isInProgress(app, backgroundTasks))) return []
    if (performance.now() > end) return tasksInProgress(app, backgroundTasks)
  }
}
