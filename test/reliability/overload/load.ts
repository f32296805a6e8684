/** A load generator that does not wait for the server, in a process of its own so that it is not the bottleneck. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { pin } from '../cores.ts'
import { Connections, RESPONSE_LIMIT_MS } from './connections.ts'
import { type RequestMix, requestsFor } from './requests.ts'

export interface Load {
  url: string
  token: string
  requests: RequestMix
  seconds: number
  /** Clients that wait for their responses, or requests a second at a rate that does not depend on responses. */
  load: { clients: number } | { perSecond: number }
}

export interface Tally {
  sent: number
  /** Milliseconds until the success, or the refusal with 503, of each request. */
  served: number[]
  refused: number[]
  /** Refusals without Retry-After. */
  refusedWithoutRetryAfter: number
  /** Other responses, and requests without one. */
  others: Record<string, number>
  /** Processor time of the generator, as a share of one core. */
  cpu: number
}

const TICK_MS = 5
/** As many as a proxy would keep open. Opened before the load begins: it measures requests, not connecting. */
const CONNECTIONS = 1_000

/** Runs the load and waits for every response, at most half a minute longer than the load lasts. */
export async function runLoad(options: Load): Promise<Tally> {
  const generator = fork(import.meta.filename, { execArgv: [] })
  pin(generator.pid!, 'load')
  generator.send(options)
  const ended = once(generator, 'exit').then(([code]) => {
    throw new Error(`the load generator ended with ${code}`)
  })
  const [tally] = await Promise.race([once(generator, 'message'), ended])
  ended.catch(() => {})
  generator.kill()
  return tally
}

async function generate({ url, token, requests, seconds, load }: Load): Promise<Tally> {
  const next = requestsFor(requests, token)
  const connections = await Connections.open(new URL(url), CONNECTIONS)
  const tally: Tally = {
    sent: 0,
    served: [],
    refused: [],
    refusedWithoutRetryAfter: 0,
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
    const head = await connections.send(text)
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
    while (open > 0 && performance.now() < end + RESPONSE_LIMIT_MS) await sleep(TICK_MS)
  }
  if (open > 0) tally.others['no response'] = open
  const { user, system } = process.cpuUsage()
  tally.cpu = (user + system) / 1_000 / (performance.now() - begun)
  return tally
}

function count(tally: Tally, success: number, head: string, ms: number): void {
  const status = / (\d{3}) /.exec(head)?.[1] ?? head
  if (status === String(success)) tally.served.push(ms)
  else if (status === '503') {
    tally.refused.push(ms)
    if (!/\r\nretry-after: \d+/i.test(head)) tally.refusedWithoutRetryAfter++
  } else tally.others[status] = (tally.others[status] ?? 0) + 1
}

if (import.meta.main) {
  process.once('message', async (options: Load) => {
    process.send!(await generate(options))
  })
}
