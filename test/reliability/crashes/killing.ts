import { setTimeout as sleep } from 'node:timers/promises'
import type { Member } from '../fleet.ts'
import type { Postgres } from '../postgres.ts'
import type { Random } from '../random.ts'

/** How long recovering took, in milliseconds; one for each kill. */
export type Recoveries = number[]

const LOOK_EVERY_MS = 50
/** So often all of them are killed at one moment. */
const ALL = 0.1

/** kill -9 of one of `members`, which is started again at once and is ready before the next, until `isOver`. */
export async function killProcesses(
  members: Member[],
  everyMs: number,
  random: Random,
  recoveries: Recoveries,
  isOver: () => boolean,
): Promise<void> {
  for (;;) {
    if (await isOverWithin(around(everyMs, random), isOver)) return
    const victims = random.chance(ALL) ? members : [random.pick(members)]
    recoveries.push(...(await Promise.all(victims.map((victim) => victim.crash()))))
  }
}

/** kill -9 of PostgreSQL with all its backends, again and again, until `isOver`. */
export async function killPostgres(
  postgres: Postgres,
  everyMs: number,
  random: Random,
  recoveries: Recoveries,
  isOver: () => boolean,
): Promise<void> {
  for (;;) {
    if (await isOverWithin(around(everyMs, random), isOver)) return
    await postgres.kill()
    recoveries.push(await postgres.start())
  }
}

const around = (meanMs: number, random: Random) => meanMs * (0.5 + random.next())

async function isOverWithin(milliseconds: number, isOver: () => boolean): Promise<boolean> {
  for (const end = performance.now() + milliseconds; performance.now() < end; await sleep(LOOK_EVERY_MS)) {
    if (isOver()) return true
  }
  return isOver()
}
