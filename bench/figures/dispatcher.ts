/** A process that dispatches events and does nothing else, as each worker does beside its other tasks. */
import { dispatching } from '../../src/background.ts'
import { appOn } from '../database.ts'
import type { Environment } from '../processes.ts'

export interface Dispatched {
  events: number
  /** Milliseconds since 1970. */
  endedAt: number
}

/** The first message names the database, the second asks to dispatch all there is. */
let app: ReturnType<typeof appOn> | undefined

process.on('message', async ({ settings }: { settings?: Environment }) => {
  if (settings) {
    app = appOn(settings)
    await app.pool.query('select 1')
    return process.send!({})
  }
  process.send!(await dispatchAll(app!))
})

async function dispatchAll(of: NonNullable<typeof app>): Promise<Dispatched> {
  const dispatched = { events: 0, endedAt: Date.now() }
  for (let count = 1; count > 0; ) {
    count = await dispatching.run(of, () => {})
    if (count === 0) break
    dispatched.events += count
    dispatched.endedAt = Date.now()
  }
  return dispatched
}
