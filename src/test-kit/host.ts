/**
 * The process in which the test servers of a project run. Started by connect-host.ts, with the folder that it keeps
 * everything in, and the address of a PostgreSQL server or nothing.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { AlreadyRunningError, attach } from '../platform/db/embedded/attachment.ts'
import {
  type Answer,
  HOST_FILE,
  type HostAddress,
  newToken,
  type Request,
  receive,
  send,
} from './host-protocol.ts'
import { checkOptions, endServer, makeServer, type Place, type RunningServer, useServer } from './servers.ts'
import { Spares } from './spares.ts'
import { prepareTemplate, trustMemory } from './template.ts'

/** The next run of the tests comes soon, mostly. */
const LINGER_MS = 30_000

async function main(folder: string, databaseUrl: string | undefined): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o711 })
  const embedded = databaseUrl ? null : await attach(folder, { name: 'bestow test host', serving: true })
  const postgres = databaseUrl ?? embedded!.connection
  await trustMemory(postgres).catch(() => {})
  const place: Place = { postgres, template: await prepareTemplate(postgres), folder }
  const host = new Host(place, async () => {
    await rm(join(folder, HOST_FILE), { force: true })
    await embedded?.release()
    process.exit()
  })
  await host.listen()
}

class Host {
  readonly #place: Place
  readonly #spares: Spares
  readonly #end: () => Promise<void>
  readonly #token = newToken()
  readonly #leases = new Set<Lease>()
  #linger: NodeJS.Timeout | undefined

  /** @param end called when nobody needs the host any more */
  constructor(place: Place, end: () => Promise<void>) {
    this.#place = place
    this.#spares = new Spares(place)
    this.#end = end
  }

  async listen(): Promise<void> {
    const server = createServer((socket) => this.#accept(socket))
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo
    const address: HostAddress = { port, token: this.#token, pid: process.pid }
    const draft = join(this.#place.folder, `${HOST_FILE}.${process.pid}`)
    await writeFile(draft, JSON.stringify(address), { mode: 0o600 })
    await rename(draft, join(this.#place.folder, HOST_FILE))
    const stop = () => void this.#close()
    process.once('SIGTERM', stop).once('SIGINT', stop)
    this.#waitForNext()
  }

  #accept(socket: Socket): void {
    const lease = new Lease(this.#place, this.#spares)
    this.#leases.add(lease)
    clearTimeout(this.#linger)
    socket.on('error', () => {})
    socket.once('close', async () => {
      await lease.end()
      this.#leases.delete(lease)
      if (this.#leases.size === 0) this.#waitForNext()
    })
    receive<Request>(socket, async (request) => {
      // Any program of this machine can connect.
      if (request.token !== this.#token) return void socket.destroy()
      const answer = await lease.answer(request)
      if (!socket.destroyed) send(socket, answer)
    })
  }

  #waitForNext(): void {
    this.#linger = setTimeout(() => void this.#close(), LINGER_MS)
  }

  async #close(): Promise<void> {
    // From now on, who looks for a host starts another one.
    await rm(join(this.#place.folder, HOST_FILE), { force: true })
    await Promise.all([...this.#leases].map((lease) => lease.end()))
    const rest = this.#spares.rest().map(async (spare) => endServer(this.#place, await spare))
    await Promise.allSettled(rest)
    await this.#end()
  }
}

/** The servers of one process of tests. */
class Lease {
  readonly #place: Place
  readonly #spares: Spares
  readonly #running = new Map<string, RunningServer>()
  #isEnded = false

  constructor(place: Place, spares: Spares) {
    this.#place = place
    this.#spares = spares
  }

  async answer(request: Request): Promise<Answer> {
    const { id } = request
    try {
      if (request.do === 'stop') {
        await this.#stop(request.server)
        return { id, result: null }
      }
      const { options } = request
      // Before there is a server that would be left behind.
      checkOptions(options)
      const isOrdinary = Object.keys(options.settings ?? {}).length === 0
      const ready = await (isOrdinary ? this.#spares.take() : makeServer(this.#place, options.settings))
      const running = await useServer(this.#place, ready, options).catch(async (error) => {
        await endServer(this.#place, ready)
        throw error
      })
      this.#running.set(running.started.id, running)
      if (this.#isEnded) await this.#stop(running.started.id)
      return { id, result: running.started }
    } catch (error) {
      return { id, error: (error as Error).message }
    }
  }

  async end(): Promise<void> {
    this.#isEnded = true
    await Promise.allSettled([...this.#running.keys()].map((id) => this.#stop(id)))
  }

  async #stop(id: string): Promise<void> {
    const running = this.#running.get(id)
    this.#running.delete(id)
    await running?.stop()
  }
}

const [folder, databaseUrl] = process.argv.slice(2)
try {
  await main(folder!, databaseUrl)
} catch (error) {
  // Another one was faster: that is the host.
  if (error instanceof AlreadyRunningError) process.exit()
  process.stderr.write(`${(error as Error).message}\n`)
  process.exit(1)
}
