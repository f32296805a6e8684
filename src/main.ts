import type { FastifyInstance } from 'fastify'
import { watchClock } from './clock/watch-clock.ts'
import { buildServer } from './http/server.ts'
import { startWorker } from './jobs/worker.ts'
import { routes } from './routes.ts'
import { openRuntime, type Runtime } from './runtime.ts'

/** Longest time to finish in; systems that stop processes commonly wait ten seconds. */
const DEADLINE_MS = 9_000

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
 * @param prepare runs before the first request is taken
 * @returns once everything runs; the process stays
 */
export async function run<Prepared>(
  { role, mode, serve, work }: Parts,
  prepare: (runtime: Runtime) => Promise<Prepared>,
): Promise<{ runtime: Runtime; url: string; prepared: Prepared }> {
  const runtime = await openRuntime({ role, mode, serving: role === 'start' })
  const { app, connection } = runtime
  const stops: (() => Promise<unknown>)[] = [() => runtime.close()]
  const stop = async () => {
    for (const end of stops.toReversed())
      await end().catch((error) => app.log.error({ err: error }, 'stopping'))
  }
  // From here on, so that a signal while starting stops what has started.
  const signalled = onSignal(stop)
  try {
    await app.db
      .updateTable('clock')
      .set({ is_movable: mode === 'development' })
      .execute()
    stops.push(watchClock(app, connection))
    const prepared = await prepare(runtime)
    if (work) {
      const worker = await startWorker(app)
      stops.push(() => worker.stop())
    }
    let url = app.publicUrl
    if (serve) {
      const server = await buildServer(app, routes)
      stops.push(() => server.close())
      url = await listen(server, app.config.HOST, app.config.PORT)
      if (app.config.PUBLIC_URL === null) app.publicUrl = url
    }
    if (signalled()) await new Promise(() => {})
    return { runtime, url, prepared }
  } catch (error) {
    if (!signalled()) await stop()
    throw error
  }
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    const address = await server.listen({ host, port })
    return address.replace('0.0.0.0', '127.0.0.1').replace('[::]', '[::1]')
  } catch (error) {
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error
    throw new Error(`PORT ${port} is taken by another program; set PORT to a free one (PORT=0 finds one).`)
  }
}

/** Ctrl-C reaches us twice under npm, from the terminal and from npm itself: the first one counts. */
function onSignal(stop: () => Promise<void>): () => boolean {
  let signalled = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (signalled) return
      signalled = true
      setTimeout(() => process.exit(1), DEADLINE_MS).unref()
      stop().then(
        () => process.exit(0),
        () => process.exit(1),
      )
    })
  }
  return () => signalled
}
