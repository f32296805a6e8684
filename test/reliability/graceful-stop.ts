/** A server is asked to stop while clients send it requests, on kept-alive connections and on new ones. */
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Running } from '../launch.ts'
import { fetchToken } from './account.ts'
import {
  type Broken,
  endProcess,
  type Findings,
  type Ground,
  grantOf,
  onGround,
  outcomeOf,
  send,
} from './ground.ts'
import type { Trial } from './trial.ts'

export interface GracefulStopReport extends Findings {
  stops: number
  /** How many requests were answered with which status, before the signal and after it. */
  answers: Record<string, number>
  /** What became of the others. */
  unanswered: Record<string, number>
  /** Longest time from the signal to the end of the process. */
  longestStopMs: number
}

export interface GracefulStopOptions {
  stops?: number
  /** What the README promises; on a machine that is busy with other things it may take longer. */
  stopWithinMs?: number
}

const CONTACTS_PER_STOP = 4_000
/** Busy ones, ones that pause between requests, ones that open a connection for each request. */
const CLIENTS = [
  ...Array.from({ length: 12 }, () => ({ keepAlive: true, longestPauseMs: 0 })),
  ...Array.from({ length: 12 }, () => ({ keepAlive: true, longestPauseMs: 20 })),
  ...Array.from({ length: 8 }, () => ({ keepAlive: false, longestPauseMs: 5 })),
]
/** The system had taken the connection, the process had not: it could neither answer nor refuse. */
const NOT_TAKEN = 'new connection: reset, not made'
export const SHORT: GracefulStopOptions = { stops: 5, stopWithinMs: 60_000 }

export const gracefulStopTrial: Trial = {
  name: 'graceful-stop',
  sentence: 'servers are asked to stop while requests arrive',
  run: async ({ isShort }) => outcomeOf(await gracefulStop(isShort ? SHORT : {})),
}

export const gracefulStop = ({
  stops = 50,
  stopWithinMs = 10_000,
}: GracefulStopOptions = {}): Promise<GracefulStopReport> =>
  onGround(stops * CONTACTS_PER_STOP, async (ground) => {
    const report = { stops, answers: {}, unanswered: {}, longestStopMs: 0 }
    const faults: string[] = []
    let next = ground.start('serve')
    for (let n = 1; n <= stops; n++) {
      const server = await next
      if (n < stops) next = ground.start('serve')
      const { code, ms, results } = await stopUnderLoad(ground, server, 300 + (n % 10) * 50)
      report.longestStopMs = Math.max(report.longestStopMs, Math.round(ms))
      if (code !== 0) faults.push(`stop ${n}: ended with ${code}`)
      if (ms > stopWithinMs) faults.push(`stop ${n}: took ${Math.round(ms)} ms`)
      for (const { status, isAfter, contactId, lost } of results) {
        if (status) addTo(report.answers, `${status}${isAfter ? ' after the signal' : ''}`)
        if (status && status !== 200) faults.push(`stop ${n}: answered ${status}`)
        if (!lost) continue
        const { rowCount } = await ground.database.query(
          `select from events where contact_id = $1 and type = 'offer_granted'`,
          [contactId],
        )
        const what = `${lost}, ${rowCount ? 'made' : 'not made'}`
        addTo(report.unanswered, what)
        if (what !== NOT_TAKEN) faults.push(`stop ${n}: no answer for ${contactId}: ${what}`)
      }
    }
    return { passed: faults.length === 0, faults, ...report }
  })

interface Result {
  contactId: string
  status?: number
  isAfter: boolean
  /** How the connection broke before the answer. */
  lost?: string
}

async function stopUnderLoad(ground: Ground, server: Running, afterMs: number) {
  const url = server.ready.url!
  const token = await fetchToken(url, ground.account)
  const results: Result[] = []
  const sign = { isGiven: false, isOver: false }
  const clients = CLIENTS.map(({ keepAlive, longestPauseMs }) =>
    sendUntilRefused({ url, token, ground, keepAlive, longestPauseMs, results, sign }),
  )
  await sleep(afterMs)
  sign.isGiven = true
  const begun = performance.now()
  const code = await endProcess(server)
  const ms = performance.now() - begun
  sign.isOver = true
  await Promise.all(clients)
  return { code, ms, results }
}

interface Client {
  url: string
  token: string
  ground: Ground
  keepAlive: boolean
  longestPauseMs: number
  results: Result[]
  sign: { isGiven: boolean; isOver: boolean }
}

/** Sends one request after the other, until no new connection is taken: soon another may have the port. */
async function sendUntilRefused(client: Client): Promise<void> {
  const { url, token, ground, keepAlive, longestPauseMs, results, sign } = client
  const agent = new Agent({ keepAlive, maxSockets: 1 })
  while (!sign.isOver) {
    const contactId = ground.contacts.pop()!
    try {
      const { status } = await send(url, { token, agent, ...grantOf(contactId, ground.account.offers[0]!) })
      results.push({ contactId, status, isAfter: sign.isGiven })
    } catch (error) {
      const { code, syscall, message, isReused } = error as Broken
      if (code === 'ECONNREFUSED') return
      const connection = isReused ? 'kept-alive connection' : 'new connection'
      const lost = `${connection}: ${syscall ? 'reset' : message}`
      results.push({ contactId, isAfter: sign.isGiven, lost })
      // Some fail before the next turn of the event loop: nothing else would ever run.
      await sleep(1)
    }
    if (longestPauseMs) await sleep(Math.random() * longestPauseMs)
  }
}

function addTo(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}
