/** The connections of a load: little more than sockets, so that the generator is not what limits. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** An answer that does not come by then is none. */
export const PATIENCE_MS = 30_000

/** Kept-alive connections with one request at a time on each. A request that finds none free waits for one. */
export class Lines {
  readonly #idle: Line[] = []
  readonly #waiting: ((line: Line) => void)[] = []
  readonly #server: URL

  private constructor(server: URL) {
    this.#server = server
  }

  static async open(server: URL, count: number): Promise<Lines> {
    const lines = new Lines(server)
    for (let n = 0; n < count; n++) lines.#free(await Line.open(server))
    return lines
  }

  /** @returns the head of the answer; what happened instead when there is none */
  async send(request: string): Promise<string> {
    const free = this.#idle.pop() ?? (await new Promise<Line>((resolve) => this.#waiting.push(resolve)))
    const line = free.isOpen ? free : await Line.open(this.#server)
    const head = await line.send(request)
    this.#free(line)
    return head
  }

  #free(line: Line): void {
    const next = this.#waiting.shift()
    if (next) next(line)
    else this.#idle.push(line)
  }
}

class Line {
  isOpen = true
  #received = ''
  #answer: (head: string) => void = () => {}
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket.setEncoding('latin1')
    this.#socket.on('data', (text: string) => this.#read(text))
    this.#socket.on('error', () => {})
    this.#socket.setTimeout(PATIENCE_MS, () => this.#socket.destroy())
    this.#socket.once('close', () => {
      this.isOpen = false
      this.#answer('broken connection')
    })
  }

  static async open({ hostname: host, port }: URL): Promise<Line> {
    const socket = connect({ host, port: Number(port), noDelay: true })
    await once(socket, 'connect')
    return new Line(socket)
  }

  send(request: string): Promise<string> {
    this.#received = ''
    this.#socket.write(request)
    return new Promise((resolve) => {
      this.#answer = resolve
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
    this.#answer(head!)
  }
}
