import { setTimeout as sleep } from 'node:timers/promises'
import { backgroundTasks, dispatching } from '../background.ts'
import type { App } from '../platform/app.ts'
import { isUnavailable } from '../platform/db/database.ts'
import { doubling, pauseAfter } from '../platform/queue/backoff.ts'

/** After a failure, for example when the database is unreachable. */
const BACKOFF = { pausesMs: doubling(200, 5_000) }

export interface Worker {
  /** Finishes the work in progress and starts nothing new. */
  stop: () => Promise<void>
}

/** Runs all background tasks in this process. */
export function startWorker(app: App): Worker {
  const loops = backgroundTasks.map((task) =>
    repeat(app, task.name, task.everyMs, async (wake) => {
      const count = await task.run(app, wake)
      app.metrics.jobs.done.inc({ job: task.name }, count)
      const isDone = count > 0
      if (isDone && task.wakesOthers) wakeOthers()
      return isDone
    }),
  )
  const woken = loops.filter((_, index) => backgroundTasks[index]!.wokenByOthers)
  const wakeOthers = () => {
    for (const loop of woken) loop.wake()
  }
  app.onEvents = loops[backgroundTasks.indexOf(dispatching)]!.wake
  return {
    async stop() {
      app.onEvents = () => {}
      app.isStopping = true
      await Promise.all(loops.map((loop) => loop.stop()))
      await Promise.all(backgroundTasks.map((task) => task.settle?.(app)))
    },
  }
}

interface Loop {
  wake: () => void
  stop: () => Promise<void>
}

/** Calls `work` in a loop: at once while it returns true, otherwise after `everyMs` or when woken. */
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
        pause = pauseAfter(BACKOFF, failures)
        // An unreachable database is not a bug: a stack trace would not help.
        const reason = isUnavailable(error) ? { reason: (error as Error).message } : { err: error }
        app.log.warn({ ...reason, loop: name }, 'background task failed, will be retried')
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
