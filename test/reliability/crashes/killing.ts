import { setTimeout as sleep } from 'node:timers/promises'
import type { Member } from '../fleet.ts'
import type { Postgres } from '../postgres.ts'
import type { Random } from '../random.ts'

/** How long withSavepoint took, in milliseconds; one for each kill. */
export type Recoveries = number[]

const LOOK_EVERY_MS = 50
/** So often all of them are killed at one moment. */
const ALL = 0.1

/** When to kill, what to note, and how long to go on. */
export interface Killing {
  /** On average. */
  everyMs: number
  random: Random
  recoveries: Recoveries
  isOver: () => boolean
}

/** kill -9 of one of `members`, which is started again at once and is ready before the next, until it is over. */
export const killProcesses = (members: Member[], killing: Killing): Promise<void> =>
  killAgain(killing, () => {
    const victims = killing.random.chance(ALL) ? members : [killing.random.pick(members)]
    return Promise.all(victims.map((victim) => victim.crash()))
  })

/** kill -9 of PostgreSQL with all its backends, again and again, until it is over. */
export const killPostgres = (postgres: Postgres, killing: Killing): Promise<void> =>
  killAgain(killing, async () => {
    await postgres.kill()
    return [await postgres.start()]
  })

/** @param strike returns how long each that it killed took to recover */
async function killAgain(
  { everyMs, random, recoveries, isOver }: Killing,
  strike: () => Promise<Recoveries>,
): Promise<void> {
  while (!(await isOverWithin(around(everyMs, random), isOver))) recoveries.push(...(await strike()))
}

const around = (meanMs: number, random: Random) => meanMs * (0.5 + random.next())

async function isOverWithin(milliseconds: number, isOver: () => boolean): Promise<boolean> {
  for (const end = performance.now() + milliseconds; performance.now() < end; await sleep(LOOK_EVERY_MS)) {
    if (isOver()) return true
  }
  return isOver()
}
