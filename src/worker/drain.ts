import { backgroundTasks } from '../background.ts'
import type { App } from '../platform/app.ts'

/**
 * Runs all due background work in this process, and returns when nothing is left: when every task, one after the
 * other, has found nothing to do.
 *
 * @param tasks all, or some of them
 */
export async function drain(app: App, tasks = backgroundTasks): Promise<void> {
  for (let next = 0, idle = 0; idle < tasks.length; next = (next + 1) % tasks.length) {
    const { run, settle } = tasks[next]!
    const done = await run(app, () => {})
    await settle?.(app)
    idle = done > 0 ? 0 : idle + 1
  }
}
