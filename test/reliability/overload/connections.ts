/** The connections of the load generator: little more than sockets, so that it is not the bottleneck. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Longest wait for a response. */
export const RESPONSE_LIMIT_MS = 30_000

/** Kept-alive connections with one request at a time on each. A request that finds none free waits for one. */
export class Connections {
  readonly #idle: Connection[] = []
  readonly #waiting: ((connection: Connection) => void)[] = []
  readonly #server: URL

  private constructor(server: URL) {
    this.#server = server
  }

  static async open(server: URL, count: number): Promise<Connections> {
    const connections = new Connections(server)
    for (let n = 0; n < count; n++) connections.#free(await Connection.open(server))
    return connections
  }

  /** @returns the head of the response, or what happened instead */
  async send(request: string): Promise<string> {
    const free = this.#idle.pop() ?? (await new Promise<Connection>((resolve) => this.#waiting.push(resolve)))
    const connection = free.isOpen ? free : await Connection.open(this.#server)
    const head = await connection.send(request)
    this.#free(connection)
    return head
  }

  #free(connection: Connection): void {
    const next = this.#waiting.shift()
    if (next) next(connection)
    else this.#idle.push(connection)
  }
}

class Connection {
  isOpen = true
  #received = ''
  #onResponse: (head: string) => void = () => {}
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket.setEncoding('latin1')
    this.#socket.on('data', (text: string) => this.#read(text))
    this.#socket.on('error', () => {})
    this.#socket.setTimeout(RESPONSE_LIMIT_MS, () => this.#socket.destroy())
    this.#socket.once('close', () => {
      this.isOpen = false
      this.#onResponse('broken connection')
    })
  }

  static async open({ hostname: host, port }: URL): Promise<Connection> {
    const socket = connect({ host, port: Number(port), noDelay: true })
    await once(socket, 'connect')
    return new Connection(socket)
  }

  send(request: string): Promise<string> {
    this.#received = ''
    this.#socket.write(request)
    return new Promise((resolve) => {
      this.#onResponse = resolve
    })
  }

  #read(text: string): void {
    this.#received += text
    const [head, body] = this.#received.split('\r\n\r\n', 2)
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head!)?.[1] ?? Number.NaN)
    if (body === undefined || body.length < length) return
    if (/\r\nconnection: close/i.test(head!)) {
      this.isOpen = false
      this.#socket.end()
    }
    this.#onResponse(head!)
  }
}
