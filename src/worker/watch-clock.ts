import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { App } from '../platform/app.ts'
import { CLOCK_CHANNEL, MovableClock } from '../platform/clock/clock.ts'
import { type Connection, connectionConfig } from '../platform/db/database.ts'

const RECONNECT_MS = 500

/** Follows the clock when another process moves it. Returns what ends the watch. */
export function watchClock({ clock, db, log }: App, connection: Connection): () => Promise<void> {
  if (!(clock instanceof MovableClock)) return async () => {}
  let current: pg.Client | undefined
  let stopped = false
  const refresh = () => clock.refresh(db).catch((error) => log.warn({ err: error }, 'clock not read'))

  const listen = async () => {
    while (!stopped) {
      const client = new pg.Client({ ...connectionConfig(connection), application_name: 'bestow clock' })
      client.on('error', () => {})
      client.on('notification', () => void refresh())
      try {
        current = client
        await client.connect()
        const ended = new Promise((resolve) => client.once('end', resolve))
        await client.query(`listen ${CLOCK_CHANNEL}`)
        await refresh()
        if (!stopped) await ended
        else await client.end()
      } catch {
        // The database is away; it is asked again below.
      }
      if (!stopped) await sleep(RECONNECT_MS)
    }
  }
  const watching = listen()
  return async () => {
    stopped = true
    await current?.end().catch(() => {})
    await watching
  }
}
