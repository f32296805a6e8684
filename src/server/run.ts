import { pages, routes } from '../api.ts'
import { queues } from '../background.ts'
import { buildMonitoringServer } from '../operations/monitoring-server.ts'
import { allowMoving } from '../platform/clock/clock.ts'
import { isRunByNpm, isRunByNpx, loadConfig } from '../platform/config.ts'
import { closeServer } from '../platform/http/close-server.ts'
import { assertPortIsFree, listen } from '../platform/http/listen.ts'
import { buildServer } from '../platform/http/server.ts'
import { watchClock } from '../worker/watch-clock.ts'
import { startWorker } from '../worker/worker.ts'
import { openRuntime, type Runtime } from './runtime.ts'
import { onSignal, type Stop, shutDownInReverse, stopWithParent } from './shutdown.ts'

export interface Parts {
  role: string
  mode: 'development' | 'production'
  serve: boolean
  work: boolean
}

/**
 * Starts the parts of a server and keeps them until a signal comes; then stops them in order: no new
 * requests, running requests are answered, the workers stop, the database is closed last.
 *
 * @param prepare runs last, when nothing can fail any more
 * @returns once everything runs; the process stays
 */
export async function run<Prepared>(
  { role, mode, serve, work }: Parts,
  prepare: (runtime: Runtime) => Promise<Prepared>,
): Promise<{ runtime: Runtime; url: string; prepared: Prepared }> {
  // A port in use is reported before a database is created.
  if (serve) await assertPortIsFree(loadConfig(mode))
  let log = (_error: unknown) => {}
  const opening = openRuntime({ role, mode, serving: role === 'start' })
  const stops: Stop[] = [{ end: async () => (await opening).close(), untilMs: 9_000 }]
  const stop = () => shutDownInReverse(stops, (error) => log(error))
  // For the person at the terminal; the log of `serve` and `worker` is JSON alone.
  const notify = (text: string) => role === 'start' && process.stderr.write(`${text}\n`)
  // From here on, so that a signal while starting stops what has started.
  const signalled = onSignal(async () => {
    notify('Stopping: requests and jobs in progress are finished first …')
    await stop()
    notify('Stopped.')
  })
  if (isRunByNpx() || (role === 'start' && isRunByNpm())) stopWithParent()
  try {
    const runtime = await opening
    if (signalled()) await ending()
    const { app, connection } = runtime
    log = (error) => app.log.error({ err: error }, 'stopping')
    await allowMoving(app.db, mode === 'development')
    stops.push({ end: watchClock(app, connection), untilMs: 8_000 })
    let url = app.publicUrl
    if (serve) {
      const server = await buildServer(app, routes, pages)
      stops.push({ end: () => closeServer(server), untilMs: 4_000 })
      url = await listen(server, app.config)
      if (app.config.PUBLIC_URL === null) app.publicUrl = url
    }
    if (work && !serve && app.config.METRICS_PORT !== null) {
      const monitoring = await buildMonitoringServer(app, queues)
      stops.push({ end: () => monitoring.close(), untilMs: 8_000 })
      await listen(monitoring, { HOST: app.config.HOST, PORT: app.config.METRICS_PORT }, 'METRICS_PORT')
    }
    const prepared = await prepare(runtime)
    if (work) {
      const worker = startWorker(app)
      stops.push({ end: () => worker.stop(), untilMs: 7_500 })
    }
    if (signalled()) await ending()
    return { runtime, url, prepared }
  } catch (error) {
    // What a signal interrupts fails; then the signal's own stop ends the process.
    if (signalled()) await ending()
    await stop()
    throw error
  }
}

const ending = () => new Promise<never>(() => {})
