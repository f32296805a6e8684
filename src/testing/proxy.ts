import { createConnection, createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '../db/database.ts'

export interface DatabaseProxy {
  /** The database, by way of the proxy. */
  connection: Connection
  /** Breaks every connection, and refuses new ones. */
  cut: () => Promise<void>
  mend: () => Promise<void>
}

/** Stands between the application and PostgreSQL, so that a test can part them. */
export async function startProxy(target: Connection): Promise<DatabaseProxy> {
  const sockets = new Set<Socket>()
  let server: Server | undefined
  const listen = async (port: number) => {
    server = createServer((socket) => {
      const upstream = connectTo(target)
      for (const [one, other] of [[socket, upstream] as const, [upstream, socket] as const]) {
        sockets.add(one)
        one.on('error', () => {})
        one.on('close', () => {
          sockets.delete(one)
          other.destroy()
        })
        one.pipe(other)
      }
    })
    await new Promise<void>((done) => server!.listen(port, '127.0.0.1', done))
    return (server.address() as AddressInfo).port
  }
  const port = await listen(0)
  return {
    connection: redirect(target, port),
    async cut() {
      const closed = new Promise((done) => server!.close(done))
      for (const socket of sockets) socket.destroy()
      await closed
      // The other side learns of it in its next turn.
      await sleep(10)
    },
    async mend() {
      await listen(port)
    },
  }
}

function connectTo(target: Connection): Socket {
  const { host, port } = typeof target === 'string' ? addressOf(target) : target
  return host.startsWith('/')
    ? createConnection(`${host}/.s.PGSQL.${port}`)
    : createConnection({ host, port })
}

const addressOf = (url: string) => {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port || 5432) }
}

function redirect(target: Connection, port: number): Connection {
  if (typeof target !== 'string') return { ...target, host: '127.0.0.1', port }
  const url = new URL(target)
  url.host = `127.0.0.1:${port}`
  return url.href
}
