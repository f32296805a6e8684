import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '../platform/db/database.ts'

type Address = { host: string; port: number }
/** From the point of view of the client. */
export type Direction = 'request' | 'response'

export interface TcpProxy {
  port: number
  /** Breaks every connection, and refuses new ones. */
  cut: () => Promise<void>
  /** Keeps every connection, also new ones, but forwards nothing, as a network that loses all packets. */
  silence: () => void
  /** Undoes cut() or silence(). */
  restore: () => Promise<void>
  /** Breaks the first connection that has forwarded this number of bytes in one direction from now on. */
  cutAfter: (direction: Direction, bytes: number) => void
  /** Cancels cutAfter(). @returns whether it has broken a connection */
  cancelCut: () => boolean
  /** Forwards new connections to another server, and breaks the open ones. */
  switchTo: (target: Connection) => void
}

export interface DatabaseProxy extends TcpProxy {
  /** The database behind the proxy. */
  connection: Connection
}

/** Starts a proxy between the application and PostgreSQL, so that a test can disconnect them. */
export async function startProxy(target: Connection): Promise<DatabaseProxy> {
  const proxy = await openProxy(addressOf(target))
  return { ...proxy, connection: redirect(target, proxy.port) }
}

/** Starts a proxy for any TCP server. */
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
        [upstream, client, 'response'],
      ] as const) {
        sockets.add(from)
        from.on('error', () => {})
        from.on('close', () => {
          sockets.delete(from)
          to.destroySoon()
        })
        from.on('data', (chunk) => {
          if (fault?.direction === direction) fault.forward(from, to, chunk)
          else forward(from, to, chunk)
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
      // The other side notices it in its next event loop iteration.
      await sleep(10)
    },
    silence() {
      isSilent = true
      for (const socket of sockets) socket.pause()
    },
    async restore() {
      if (!isSilent) await listen(port)
      isSilent = false
      for (const socket of sockets) socket.resume()
    },
    cutAfter(direction, bytes) {
      fault = new Fault(direction, bytes)
    },
    cancelCut() {
      const { hasCut = false } = fault ?? {}
      fault = null
      return hasCut
    },
    switchTo(next) {
      target = addressOf(next)
      breakAll()
    },
  }
}

/** Like pipe(), but chunk by chunk: pauses while the other side reads slowly. */
function forward(from: Socket, to: Socket, chunk: Buffer): void {
  if (to.write(chunk)) return
  from.pause()
  to.once('drain', () => from.resume())
}

class Fault {
  hasCut = false
  readonly direction: Direction
  readonly #bytes: number
  readonly #passed = new Map<Socket, number>()

  constructor(direction: Direction, bytes: number) {
    this.direction = direction
    this.#bytes = bytes
  }

  forward(from: Socket, to: Socket, chunk: Buffer): void {
    const left = this.#bytes - (this.#passed.get(from) ?? 0)
    if (this.hasCut || chunk.length < left) {
      this.#passed.set(from, this.#bytes - left + chunk.length)
      forward(from, to, chunk)
      return
    }
    this.hasCut = true
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

/** The folder of a Unix socket is a query parameter, where slashes are allowed. */
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
