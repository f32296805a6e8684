import { setTimeout as sleep } from 'node:timers/promises'
import type { FleetProcess } from '../fleet.ts'
import type { Postgres } from '../postgres.ts'
import type { Random } from '../random.ts'

/** Milliseconds from each kill to the recovery. */
export type Recoveries = number[]

const CHECK_EVERY_MS = 50
/** The share of kills that kill all of them at the same time. */
const ALL = 0.1

/** When to kill and for how long, and where to record the recoveries. */
export interface KillPlan {
  /** Average time between kills. */
  everyMs: number
  random: Random
  recoveries: Recoveries
  isOver: () => boolean
}

/** kill -9 of one of `members`, which is restarted at once and ready before the next kill, until `isOver`. */
export const killProcesses = (members: FleetProcess[], killing: KillPlan): Promise<void> =>
  killRepeatedly(killing, () => {
    const victims = killing.random.chance(ALL) ? members : [killing.random.pick(members)]
    return Promise.all(victims.map((victim) => victim.crash()))
  })

/** kill -9 of PostgreSQL with all its backends, repeatedly, until `isOver`. */
export const killPostgres = (postgres: Postgres, killing: KillPlan): Promise<void> =>
  killRepeatedly(killing, async () => {
    await postgres.kill()
    return [await postgres.start()]
  })

/** @param kill returns the recovery times of the processes that it killed */
async function killRepeatedly(
  { everyMs, random, recoveries, isOver }: KillPlan,
  kill: () => Promise<Recoveries>,
): Promise<void> {
  while (!(await isOverWithin(around(everyMs, random), isOver))) recoveries.push(...(await kill()))
}

const around = (meanMs: number, random: Random) => meanMs * (0.5 + random.next())

async function isOverWithin(milliseconds: number, isOver: () => boolean): Promise<boolean> {
  for (const end = performance.now() + milliseconds; performance.now() < end; await sleep(CHECK_EVERY_MS)) {
    if (isOver()) return true
  }
  return isOver()
}
