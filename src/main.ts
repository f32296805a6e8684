import type { FastifyInstance } from 'fastify'
import { watchClock } from './clock/watch-clock.ts'
import { isRunByNpm } from './config.ts'
import { closeServer } from './http/close-server.ts'
import { buildServer } from './http/server.ts'
import { startWorker } from './jobs/worker.ts'
import { pages, routes } from './routes.ts'
import { openRuntime, type Runtime } from './runtime.ts'
import { endInOrder, onSignal, type Stop, stopWithParent } from './stop.ts'

export interface Parts {
  role: string
  mode: 'development' | 'production'
  serve: boolean
  work: boolean
}

/**
 * Starts the parts of a server and keeps them until a signal comes; then stops them in order: no new
 * requests, those under way are answered, the workers end, the database goes last.
 *
 * @param prepare runs last, when nothing can fail any more
 * @returns once everything runs; the process stays
 */
export async function run<Prepared>(
  { role, mode, serve, work }: Parts,
  prepare: (runtime: Runtime) => Promise<Prepared>,
): Promise<{ runtime: Runtime; url: string; prepared: Prepared }> {
  let log = (_error: unknown) => {}
  const opening = openRuntime({ role, mode, serving: role === 'start' })
  const stops: Stop[] = [{ end: async () => (await opening).close(), untilMs: 9_000 }]
  const stop = () => endInOrder(stops, (error) => log(error))
  // From here on, so that a signal while starting stops what has started.
  const signalled = onSignal(stop)
  if (role === 'start' && isRunByNpm()) stopWithParent()
  try {
    const runtime = await opening
    if (signalled()) await ending()
    const { app, connection } = runtime
    log = (error) => app.log.error({ err: error }, 'stopping')
    await app.db
      .updateTable('clock')
      .set({ is_movable: mode === 'development' })
      .execute()
    stops.push({ end: watchClock(app, connection), untilMs: 8_000 })
    if (work) {
      const worker = startWorker(app)
      stops.push({ end: () => worker.stop(), untilMs: 7_500 })
    }
    let url = app.publicUrl
    if (serve) {
      const server = await buildServer(app, routes, pages)
      stops.push({ end: () => closeServer(server), untilMs: 4_000 })
      url = await listen(server, app.config.HOST, app.config.PORT)
      if (app.config.PUBLIC_URL === null) app.publicUrl = url
    }
    const prepared = await prepare(runtime)
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

async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    const address = await server.listen({ host, port })
    return address.replace('0.0.0.0', '127.0.0.1').replace('[::]', '[::1]')
  } catch (error) {
    throw new Error(explainListen(error as NodeJS.ErrnoException, host, port), { cause: error })
  }
}

function explainListen({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  const another = 'set PORT to a free one (PORT=0 finds one).'
  if (code === 'EADDRINUSE') return `PORT ${port} is taken by another program; ${another}`
  if (code === 'EACCES') return `PORT ${port} may not be used by this user; ${another}`
  return `HOST ${host} is no address that this machine can listen on (${message}).`
}
