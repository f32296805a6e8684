/** Load that does not wait for the server, from a process of its own: light, so that it is not what limits. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { pin } from '../cores.ts'
import { Lines, PATIENCE_MS } from './lines.ts'
import { type Asked, requestsFor } from './requests.ts'

export interface Arrivals {
  url: string
  token: string
  asked: Asked
  seconds: number
  /** So many clients that wait for their answers; or so many requests a second, whatever becomes of them. */
  load: { clients: number } | { perSecond: number }
}

export interface Tally {
  sent: number
  /** Milliseconds that it took to do what was asked for, or to refuse it with 503. */
  served: number[]
  refused: number[]
  /** Refused without saying when to come back. */
  refusedBlindly: number
  /** Answered otherwise, or not at all. */
  others: Record<string, number>
  /** Processor time of the generator, of one core. */
  cpu: number
}

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

async function generate({ url, token, asked, seconds, load }: Arrivals): Promise<Tally> {
  const next = requestsFor(asked, token)
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
    const { text, status } = next()
    tally.sent++
    open++
    const since = performance.now()
    const head = await lines.send(text)
    count(tally, status, head, performance.now() - since)
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

function count(tally: Tally, done: number, head: string, ms: number): void {
  const status = / (\d{3}) /.exec(head)?.[1] ?? head
  if (status === String(done)) tally.served.push(ms)
  else if (status === '503') {
    tally.refused.push(ms)
    if (!/\r\nretry-after: \d+/i.test(head)) tally.refusedBlindly++
  } else tally.others[status] = (tally.others[status] ?? 0) + 1
}

if (import.meta.main) {
  process.once('message', async (arrivals: Arrivals) => {
    process.send!(await generate(arrivals))
  })
}
