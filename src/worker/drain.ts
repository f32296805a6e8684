import { backgroundTasks } from '../background.ts'
import type { App } from '../platform/app.ts'

/** Runs all due background work in this process, and returns when nothing is left. */
export async function drain(app: App): Promise<void> {
  for (let done = 1; done > 0; ) {
    done = 0
    for (const { run, settle } of backgroundTasks) {
      done += await run(app, () => {})
      await settle?.(app)
    }
  }
}
