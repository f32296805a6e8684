import { sql } from 'kysely'
import { type Db, inTransaction } from '../db/database.ts'

/** The only source of time: scheduling, expiry and every date that is stored ask it. */
export interface Clock {
  now: () => Date
}

export const systemClock: Clock = { now: () => new Date() }

/** Channel that running servers listen on, to learn that the clock was moved. */
export const CLOCK_CHANNEL = 'bestow_clock'

/**
 * A clock that can be moved ahead, for development. How far stands in the database, so that it outlives
 * the process and is the same for all; a process reads it at start and when it is notified of a change.
 */
export class MovableClock implements Clock {
  #aheadMs = 0

  now(): Date {
    return new Date(Date.now() + this.#aheadMs)
  }

  /** Reads how far the clock is ahead. */
  async refresh(db: Db): Promise<void> {
    this.#aheadMs = (await readClock(db)).aheadMs
  }

  /**
   * Moves the clock for everybody who shares the database. Time never goes back.
   *
   * @throws Error when the database is not one that is developed with
   */
  async advance(db: Db, milliseconds: number): Promise<void> {
    await inTransaction(db, async (tx) => {
      const moved = await tx
        .updateTable('clock')
        .set({ ahead_ms: sql`ahead_ms + ${milliseconds}` })
        .where('is_movable', '=', true)
        .returning('ahead_ms')
        .executeTakeFirst()
      if (!moved)
        throw new Error(
          'The clock can be moved in development only, on a database that `bestow start` serves.',
        )
      await sql`select pg_notify(${CLOCK_CHANNEL}, '')`.execute(tx)
    })
    await this.refresh(db)
  }
}

/** How far the clock is ahead, and whether it can be moved: whether the database is one that is developed with. */
export async function readClock(db: Db): Promise<{ aheadMs: number; isMovable: boolean }> {
  const row = await db.selectFrom('clock').select(['ahead_ms', 'is_movable']).executeTakeFirstOrThrow()
  // A database that production serves goes by the real time, for commands too.
  return { aheadMs: row.is_movable ? Number(row.ahead_ms) : 0, isMovable: row.is_movable }
}

/** Decides whether the clock of a database can be moved: only where `bestow start` ran last. */
export async function allowMoving(db: Db, isMovable: boolean): Promise<void> {
  await db.updateTable('clock').set({ is_movable: isMovable }).execute()
}

/** Sets the clock of an empty database to a time, which may be in the past; left out, to that of the machine. */
export async function setClock(db: Db, clock: MovableClock, time?: Date): Promise<void> {
  const ahead_ms = time ? time.getTime() - Date.now() : 0
  await db.updateTable('clock').set({ ahead_ms, is_movable: true }).execute()
  await clock.refresh(db)
}

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/**
 * Milliseconds of a length of time written as in "30d", "36h" or "1d12h".
 *
 * @throws Error that says how to write one
 */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+)([smhdw])/g)]
  const milliseconds = parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0)
  if (
    parts.map(([part]) => part).join('') !== text ||
    milliseconds === 0 ||
    milliseconds > 100 * 365 * UNITS.d!
  ) {
    throw new Error(`"${text}" is not a length of time; write 30d, 36h or 1d12h (s, m, h, d, w).`)
  }
  return milliseconds
}
