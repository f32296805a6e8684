import { setTimeout as sleep } from 'node:timers/promises'
import { chores, dispatching } from '../background.ts'
import type { App } from '../platform/app.ts'
import { isUnavailable } from '../platform/db/database.ts'

/** Longest wait after a failure, as when the database is away. */
const LONGEST_PAUSE_MS = 5_000

export interface Worker {
  /** Finishes what is under way, and begins nothing new. */
  stop: () => Promise<void>
}

/** Everything that runs by itself. */
export function startWorker(app: App): Worker {
  const loops = chores.map((chore) =>
    repeat(app, chore.name, chore.everyMs, async (wake) => {
      const count = await chore.run(app, wake)
      app.metrics.jobs.done.inc({ job: chore.name }, count)
      const isDone = count > 0
      if (isDone && chore.leads) wakeFollowers()
      return isDone
    }),
  )
  const followers = loops.filter((_, index) => chores[index]!.follows)
  const wakeFollowers = () => {
    for (const follower of followers) follower.wake()
  }
  app.onEvents = loops[chores.indexOf(dispatching)]!.wake
  return {
    async stop() {
      app.onEvents = () => {}
      app.isStopping = true
      await Promise.all(loops.map((loop) => loop.stop()))
      await Promise.all(chores.map((chore) => chore.settle?.(app)))
    },
  }
}

interface Loop {
  wake: () => void
  stop: () => Promise<void>
}

/** Calls `work` again and again: at once while it says there is more, else after `everyMs` or when woken. */
function repeat(app: App, name: string, everyMs: number, work: (wake: () => void) => Promise<boolean>): Loop {
  let stopped = false
  let isWanted = false
  let interrupt = new AbortController()
  const wake = () => {
    isWanted = true
    interrupt.abort()
  }
  const run = async () => {
    let failures = 0
    while (!stopped) {
      isWanted = false
      let pause = everyMs
      try {
        if (await work(wake)) pause = 0
        failures = 0
      } catch (error) {
        failures += 1
        app.metrics.jobs.failed.inc({ job: name })
        pause = Math.min(LONGEST_PAUSE_MS, 100 * 2 ** failures)
        // A database that is away is no bug: its stack trace would say nothing.
        const reason = isUnavailable(error) ? { reason: (error as Error).message } : { err: error }
        app.log.warn({ ...reason, loop: name }, 'background work failed, will be tried again')
      }
      if (pause === 0 || isWanted || stopped) continue
      interrupt = new AbortController()
      await sleep(pause, undefined, { signal: interrupt.signal }).catch(() => {})
    }
  }
  const finished = run()
  return {
    wake,
    async stop() {
      stopped = true
      interrupt.abort()
      await finished
    },
  }
}
