/** Load that does not wait for the server, from a process of its own: light, so that it is not what limits. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { pin } from './cores.ts'

export interface Arrivals {
  url: string
  token: string
  offerId: string
  /** Each is granted the offer once. */
  contacts: string[]
  seconds: number
  /** So many clients that wait for their answers; or so many requests a second, whatever becomes of them. */
  load: { clients: number } | { perSecond: number }
}

export interface Tally {
  sent: number
  /** Milliseconds that answers with 200 took, and those with 503. */
  served: number[]
  refused: number[]
  /** Refused without saying when to come back. */
  refusedBlindly: number
  /** Answered otherwise, or not at all. */
  others: Record<string, number>
  /** Processor time of the generator, of one core. */
  cpu: number
}

const PATIENCE_MS = 30_000
const TICK_MS = 5
/** As many as a proxy would hold. Open before the load begins: what is tried is requests, not connecting. */
const CONNECTIONS = 1_000

/** Puts the load on the server and waits for every answer, at most half a minute longer than it lasts. */
export async function arrive(arrivals: Arrivals): Promise<Tally> {
  const generator = fork(import.meta.filename, { execArgv: [] })
  pin(generator.pid!, 'load')
  generator.send(arrivals)
  const ended = once(generator, 'exit').then(([code]) => {
    throw new Error(`the load generator ended with ${code}`)
  })
  const [tally] = await Promise.race([once(generator, 'message'), ended])
  ended.catch(() => {})
  generator.kill()
  return tally
}

async function generate({ url, token, offerId, contacts, seconds, load }: Arrivals): Promise<Tally> {
  const lines = await Lines.open(new URL(url), CONNECTIONS)
  const tally: Tally = {
    sent: 0,
    served: [],
    refused: [],
    refusedBlindly: 0,
    others: {},
    cpu: 0,
  }
  const begun = performance.now()
  const end = begun + seconds * 1_000
  let open = 0

  const request = async () => {
    const contactId = contacts[tally.sent++ % contacts.length]!
    open++
    const since = performance.now()
    const head = await lines.send(requestFor(token, contactId, offerId))
    count(tally, head, performance.now() - since)
    open--
  }

  if ('clients' in load) {
    const client = async () => {
      while (performance.now() < end) await request()
    }
    await Promise.all(Array.from({ length: load.clients }, client))
  } else {
    for (let now = begun; now < end; now = performance.now()) {
      while (tally.sent < ((now - begun) / 1_000) * load.perSecond) void request()
      await sleep(TICK_MS)
    }
    while (open > 0 && performance.now() < end + PATIENCE_MS) await sleep(TICK_MS)
  }
  if (open > 0) tally.others['no answer'] = open
  const { user, system } = process.cpuUsage()
  tally.cpu = (user + system) / 1_000 / (performance.now() - begun)
  return tally
}

function count(tally: Tally, head: string, ms: number): void {
  const status = / (\d{3}) /.exec(head)?.[1] ?? head
  if (status === '200') tally.served.push(ms)
  else if (status === '503') {
    tally.refused.push(ms)
    if (!/\r\nretry-after: \d+/i.test(head)) tally.refusedBlindly++
  } else tally.others[status] = (tally.others[status] ?? 0) + 1
}

function requestFor(token: string, contactId: string, offerId: string): string {
  const body = JSON.stringify({ data: [{ type: 'offers', id: offerId }] })
  return [
    `POST /v1/contacts/${contactId}/relationships/offers HTTP/1.1`,
    'Host: bestow',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/vnd.api+json',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

/** Kept-alive connections with one request at a time on each. A request that finds none free waits for one. */
class Lines {
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

if (import.meta.main) {
  process.once('message', async (arrivals: Arrivals) => {
    process.send!(await generate(arrivals))
  })
}
