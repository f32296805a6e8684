import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '../platform/db/database.ts'

type Address = { host: string; port: number }
/** As the client of the connection sees it. */
export type Direction = 'request' | 'answer'

export interface TcpProxy {
  port: number
  /** Breaks every connection, and refuses new ones. */
  cut: () => Promise<void>
  /** Keeps every connection, also new ones, and passes nothing on: as a network does that loses everything. */
  silence: () => void
  /** Ends cut() or silence(). */
  mend: () => Promise<void>
  /** Breaks the first connection on which, from now on, so many bytes have gone in one direction. */
  cutAfter: (direction: Direction, bytes: number) => void
  /** Takes cutAfter() back. @returns whether it had broken a connection */
  keep: () => boolean
  /** Where connections lead from now on; those that are open are broken. */
  switchTo: (target: Connection) => void
}

export interface DatabaseProxy extends TcpProxy {
  /** The database, by way of the proxy. */
  connection: Connection
}

/** Stands between the application and PostgreSQL, so that a test can part them. */
export async function startProxy(target: Connection): Promise<DatabaseProxy> {
  const proxy = await openProxy(addressOf(target))
  return { ...proxy, connection: redirect(target, proxy.port) }
}

/** Stands before any server. */
export async function openProxy(first: Address): Promise<TcpProxy> {
  let [target, server] = [first, undefined as Server | undefined]
  let fault: Fault | null = null
  let isSilent = false
  const sockets = new Set<Socket>()
  const breakAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  const listen = async (port: number) => {
    server = createServer({ noDelay: true }, (client) => {
      const upstream = connectTo(target)
      for (const [from, to, direction] of [
        [client, upstream, 'request'],
        [upstream, client, 'answer'],
      ] as const) {
        sockets.add(from)
        from.on('error', () => {})
        from.on('close', () => {
          sockets.delete(from)
          to.destroySoon()
        })
        from.on('data', (chunk) => {
          if (fault?.direction === direction) fault.pass(from, to, chunk)
          else pass(from, to, chunk)
        })
        if (isSilent) from.pause()
      }
    })
    await new Promise<void>((done) => server!.listen(port, '127.0.0.1', done))
    return (server.address() as AddressInfo).port
  }
  const port = await listen(0)
  return {
    port,
    async cut() {
      const closed = new Promise((done) => server!.close(done))
      breakAll()
      await closed
      // The other side sees it in the next iteration of its event loop.
      await sleep(10)
    },
    silence() {
      isSilent = true
      for (const socket of sockets) socket.pause()
    },
    async mend() {
      if (!isSilent) await listen(port)
      isSilent = false
      for (const socket of sockets) socket.resume()
    },
    cutAfter(direction, bytes) {
      fault = new Fault(direction, bytes)
    },
    keep() {
      const { hasStruck = false } = fault ?? {}
      fault = null
      return hasStruck
    },
    switchTo(next) {
      target = addressOf(next)
      breakAll()
    },
  }
}

/** As pipe() does, which does not show where one chunk ends: waits when the other side reads slowly. */
function pass(from: Socket, to: Socket, chunk: Buffer): void {
  if (to.write(chunk)) return
  from.pause()
  to.once('drain', () => from.resume())
}

class Fault {
  hasStruck = false
  readonly direction: Direction
  readonly #bytes: number
  readonly #passed = new Map<Socket, number>()

  constructor(direction: Direction, bytes: number) {
    this.direction = direction
    this.#bytes = bytes
  }

  pass(from: Socket, to: Socket, chunk: Buffer): void {
    const left = this.#bytes - (this.#passed.get(from) ?? 0)
    if (this.hasStruck || chunk.length < left) {
      this.#passed.set(from, this.#bytes - left + chunk.length)
      pass(from, to, chunk)
      return
    }
    this.hasStruck = true
    from.pause()
    to.end(chunk.subarray(0, left), () => from.destroy())
  }
}

function connectTo({ host, port }: Address): Socket {
  const socket = host.startsWith('/')
    ? createConnection(`${host}/.s.PGSQL.${port}`)
    : createConnection({ host, port })
  return socket.setNoDelay()
}

/** A Unix socket's folder stands among the parameters, where slashes are allowed. */
function addressOf(target: Connection): Address {
  if (typeof target !== 'string') return target
  const { hostname, port, searchParams } = new URL(target)
  return {
    host: searchParams.get('host') ?? hostname,
    port: Number(searchParams.get('port') ?? (port || 5432)),
  }
}

function redirect(target: Connection, port: number): Connection {
  if (typeof target !== 'string') return { ...target, host: '127.0.0.1', port }
  const url = new URL(target)
  for (const name of ['host', 'port']) url.searchParams.delete(name)
  url.host = `127.0.0.1:${port}`
  return url.href
}
