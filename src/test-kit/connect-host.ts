/** Finds the host of a project, or starts it. Loads nothing of the server. */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Answer, HOST_FILE, type HostAddress, type Request, receive, send } from './host-protocol.ts'
import type { ServerOptions, StartedServer } from './server-options.ts'

/** The first one makes a database, which takes some seconds; longer on a machine that is busy. */
const PATIENCE_MS = 120_000
const POLL_MS = 25
/** As `engines` of package.json says. The host runs on the same Node as the tests. */
const OLDEST_NODE = '22.19.0'

export interface HostOptions {
  /** Where the database and the log of the host are. */
  folder: string
  /** A PostgreSQL server to use instead of the embedded one. */
  databaseUrl?: string
}

/** A process's connection to the host. Its servers end with it. */
export class HostConnection {
  readonly #socket: Socket
  readonly #token: string
  readonly #waiting = new Map<
    number,
    { resolve: (server: StartedServer | null) => void; reject: (error: Error) => void }
  >()
  #count = 0

  constructor(socket: Socket, token: string) {
    this.#socket = socket
    this.#token = token
    socket.unref()
    socket.on('error', () => {})
    socket.once('close', () => {
      for (const { reject } of this.#waiting.values())
        reject(new Error('The host of the test servers has ended.'))
    })
    receive<Answer>(socket, (answer) => {
      const waiting = this.#waiting.get(answer.id)
      this.#waiting.delete(answer.id)
      // A test that waits for nothing else may end.
      if (this.#waiting.size === 0) socket.unref()
      if ('error' in answer) waiting?.reject(new Error(answer.error))
      else waiting?.resolve(answer.result)
    })
  }

  get isClosed(): boolean {
    return this.#socket.destroyed
  }

  async start(options: ServerOptions): Promise<StartedServer> {
    return (await this.#ask((base) => ({ ...base, do: 'start', options })))!
  }

  async stop(server: string): Promise<void> {
    await this.#ask((base) => ({ ...base, do: 'stop', server }))
  }

  #ask(request: (base: { id: number; token: string }) => Request): Promise<StartedServer | null> {
    if (this.isClosed) return Promise.reject(new Error('The host of the test servers has ended.'))
    this.#count += 1
    const id = this.#count
    this.#socket.ref()
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      send(this.#socket, request({ id, token: this.#token }))
    })
  }
}

/** @throws Error that names the version that is needed */
export function assertNode(version = process.versions.node): void {
  if (version.localeCompare(OLDEST_NODE, 'en', { numeric: true }) < 0)
    throw new Error(`bestow/testing needs Node ${OLDEST_NODE} or newer; the tests run on ${version}.`)
}

/** @throws Error when Node is too old, and with what the host has written when it does not start */
export async function connectHost({ folder, databaseUrl }: HostOptions): Promise<HostConnection> {
  assertNode()
  let child: { exitCode: number | null } | null = null
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
    const found = await findHost(folder)
    if (found) return found
    if (child?.exitCode) throw new Error(`The test servers could not be started: ${lastOf(folder)}`)
    // One that ended well has found another one, which may have ended meanwhile.
    if (child === null || child.exitCode === 0) child = startHost(folder, databaseUrl)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new Error(`The test servers did not start in time: ${lastOf(folder)}`)
}

async function findHost(folder: string): Promise<HostConnection | null> {
  const address = readAddress(folder)
  if (!address) return null
  const socket = connect(address.port, '127.0.0.1')
  const isThere = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  })
  return isThere ? new HostConnection(socket, address.token) : null
}

function readAddress(folder: string): HostAddress | null {
  try {
    return JSON.parse(readFileSync(join(folder, HOST_FILE), 'utf8')) as HostAddress
  } catch {
    return null
  }
}

/** In a group of its own: Ctrl-C ends the tests, and with them the leases of their servers. */
function startHost(folder: string, databaseUrl?: string) {
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  const log = openSync(join(folder, 'host.log'), 'w', 0o600)
  const child = spawn(process.execPath, [program(), folder, ...(databaseUrl ? [databaseUrl] : [])], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.unref()
  return child
}

/** In a clone, the sources. */
function program(): string {
  const own = dirname(fileURLToPath(import.meta.url))
  const source = join(own, 'host.ts')
  return existsSync(source) ? source : join(own, 'host.js')
}

const lastOf = (folder: string): string =>
  readFileSync(join(folder, 'host.log'), 'utf8').trim() || 'no reason given'
