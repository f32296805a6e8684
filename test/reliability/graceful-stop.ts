/** A server gets SIGTERM while clients send it requests, on kept-alive connections and on new ones. */
import { Agent } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Running } from '../launch.ts'
import { fetchToken } from './account.ts'
import type { Trial } from './trial.ts'
import {
  type Broken,
  endProcess,
  type Findings,
  grantOf,
  resultOf,
  send,
  type TrialEnvironment,
  withTrialEnvironment,
} from './trial-environment.ts'

export interface GracefulStopReport extends Findings {
  stops: number
  /** Number of responses by status, before the signal and after it. */
  responses: Record<string, number>
  /** Number of requests without a response, by result. */
  unanswered: Record<string, number>
  /** Longest time from the signal to the exit of the process. */
  longestStopMs: number
}

export interface GracefulStopOptions {
  stops?: number
  /** The documented limit; on a busy machine it may take longer. */
  stopWithinMs?: number
  /** Whether connections that a busy machine left silent too long count as faults; see CLOSED_AS_SILENT. */
  judgesSilence?: boolean
}

const CONTACTS_PER_STOP = 4_000
/** Clients without pauses, with pauses between requests, and with a new connection for each request. */
const CLIENTS = [
  ...Array.from({ length: 12 }, () => ({ keepAlive: true, longestPauseMs: 0 })),
  ...Array.from({ length: 12 }, () => ({ keepAlive: true, longestPauseMs: 20 })),
  ...Array.from({ length: 8 }, () => ({ keepAlive: false, longestPauseMs: 5 })),
]
/** The operating system had accepted the connection, but the process had not: it could neither respond nor refuse. */
const NOT_ACCEPTED = 'new connection: reset, not made'
/**
 * A connection that is silent for a second is closed. On a busy machine the clients, who are one process, may have been
 * that long without the processor: then it was they who were silent.
 */
const CLOSED_AS_SILENT = /^kept-alive connection: .*, not made$/
const LONGEST_STALL_MS = 500

export const SHORT: GracefulStopOptions = { stops: 3, stopWithinMs: 60_000, judgesSilence: false }

export const gracefulStopTrial: Trial = {
  name: 'graceful-stop',
  summary: 'servers are stopped while requests arrive',
  run: async ({ isShort }) => resultOf(await gracefulStop(isShort ? SHORT : {})),
}

export const gracefulStop = ({
  stops = 50,
  stopWithinMs = 10_000,
  judgesSilence = true,
}: GracefulStopOptions = {}): Promise<GracefulStopReport> =>
  withTrialEnvironment(stops * CONTACTS_PER_STOP, async (environment) => {
    const report = { stops, responses: {}, unanswered: {}, longestStopMs: 0 }
    const faults: string[] = []
    let next = environment.start('serve')
    for (let n = 1; n <= stops; n++) {
      const server = await next
      if (n < stops) next = environment.start('serve')
      const delays = monitorEventLoopDelay({ resolution: 20 })
      delays.enable()
      const { code, ms, results } = await stopUnderLoad(environment, server, 300 + (n % 10) * 50)
      delays.disable()
      const haveStalled = !judgesSilence || delays.max / 1e6 > LONGEST_STALL_MS
      report.longestStopMs = Math.max(report.longestStopMs, Math.round(ms))
      if (code !== 0) faults.push(`stop ${n}: exit code ${code}`)
      if (ms > stopWithinMs) faults.push(`stop ${n}: took ${Math.round(ms)} ms`)
      for (const { status, isAfter, contactId, lost } of results) {
        if (status) addTo(report.responses, `${status}${isAfter ? ' after the signal' : ''}`)
        if (status && status !== 200) faults.push(`stop ${n}: response ${status}`)
        if (!lost) continue
        const { rowCount } = await environment.database.query(
          `select from events where contact_id = $1 and type = 'offer_granted'`,
          [contactId],
        )
        const what = `${lost}, ${rowCount ? 'made' : 'not made'}`
        addTo(report.unanswered, what)
        if (what === NOT_ACCEPTED || (haveStalled && CLOSED_AS_SILENT.test(what))) continue
        faults.push(`stop ${n}: no response for ${contactId}: ${what}`)
      }
    }
    return { passed: faults.length === 0, faults, ...report }
  })

interface Result {
  contactId: string
  status?: number
  isAfter: boolean
  /** The reason why the connection broke before the response. */
  lost?: string
}

async function stopUnderLoad(environment: TrialEnvironment, server: Running, afterMs: number) {
  const url = server.ready.url!
  const token = await fetchToken(url, environment.account)
  const results: Result[] = []
  const signal = { isGiven: false, isOver: false }
  const clients = CLIENTS.map(({ keepAlive, longestPauseMs }) =>
    sendUntilRefused({ url, token, environment, keepAlive, longestPauseMs, results, signal }),
  )
  await sleep(afterMs)
  signal.isGiven = true
  const begun = performance.now()
  const code = await endProcess(server)
  const ms = performance.now() - begun
  signal.isOver = true
  await Promise.all(clients)
  return { code, ms, results }
}

interface Client {
  url: string
  token: string
  environment: TrialEnvironment
  keepAlive: boolean
  longestPauseMs: number
  results: Result[]
  signal: { isGiven: boolean; isOver: boolean }
}

/** Sends requests one after the other until connections are refused: soon another server may use the port. */
async function sendUntilRefused(client: Client): Promise<void> {
  const { url, token, environment, keepAlive, longestPauseMs, results, signal } = client
  const agent = new Agent({ keepAlive, maxSockets: 1 })
  while (!signal.isOver) {
    const contactId = environment.contacts.pop()!
    try {
      const { status } = await send(url, {
        token,
        agent,
        ...grantOf(contactId, environment.account.offers[0]!),
      })
      results.push({ contactId, status, isAfter: signal.isGiven })
    } catch (error) {
      const { code, syscall, message, isReused } = error as Broken
      if (code === 'ECONNREFUSED') return
      const connection = isReused ? 'kept-alive connection' : 'new connection'
      const lost = `${connection}: ${syscall ? 'reset' : message}`
      results.push({ contactId, isAfter: signal.isGiven, lost })
      // Some fail before the next event loop iteration: without this, nothing else would ever run.
      await sleep(1)
    }
    if (longestPauseMs) await sleep(Math.random() * longestPauseMs)
  }
}

function addTo(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}
