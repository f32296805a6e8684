import { setTimeout as sleep } from 'node:timers/promises'
import type { Fleet } from '../fleet.ts'
import type { Postgres } from '../postgres.ts'
import type { Random } from '../random.ts'

/** How long recovering took, in milliseconds; one for each kill. */
export type Recoveries = number[]

/** So often two processes are killed at one moment. */
const BOTH = 0.2

/** kill -9 of processes of Bestow, which are started again at once and are ready before the next, until `isOver`. */
export async function killProcesses(
  fleet: Fleet,
  everyMs: number,
  random: Random,
  recoveries: Recoveries,
  isOver: () => boolean,
): Promise<void> {
  for (;;) {
    await sleep(around(everyMs, random))
    if (isOver()) return
    const victims = new Set([random.pick(fleet.members)])
    if (random.chance(BOTH)) victims.add(random.pick(fleet.members))
    recoveries.push(...(await Promise.all([...victims].map((victim) => fleet.kill(victim)))))
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
    await sleep(around(everyMs, random))
    if (isOver()) return
    await postgres.kill()
    recoveries.push(await postgres.start())
  }
}

const around = (meanMs: number, random: Random) => meanMs * (0.5 + random.next())
