/** What most trials need: a PostgreSQL with an account and contacts, processes, and a client. */
import { type Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { bestowRunning, type Environment, type Running, until } from '../launch.ts'
import { bestowJson, makeAccount, type TrialAccount } from './account.ts'
import { fleetSettings } from './fleet.ts'
import { makePostgres, type Postgres } from './postgres.ts'
import type { TrialResult } from './trial.ts'

export interface TrialEnvironment {
  postgres: Postgres
  account: TrialAccount
  /** Ids of contacts without grants. */
  contacts: string[]
  /** Directly connected, also when there is a proxy between the database and the servers. */
  database: pg.Pool
  /** Starts `bestow serve` or `bestow worker` and waits until it is ready; directly on the database by default. */
  start: (role: 'serve' | 'worker', databaseUrl?: string, settings?: Environment) => Promise<Running>
}

/**
 * Runs `work` on a database of its own. No process is left behind, whatever its result.
 *
 * @param settings lines of postgresql.conf
 */
export async function withTrialEnvironment<Report>(
  contacts: number,
  work: (environment: TrialEnvironment) => Promise<Report>,
  settings?: Record<string, string>,
): Promise<Report> {
  const postgres = await makePostgres(settings)
  const database = new pg.Pool({ connectionString: postgres.url, max: 4 })
  database.on('error', () => {})
  const started: Running[] = []
  try {
    const account = await makeAccount(postgres.url)
    return await work({
      postgres,
      account,
      contacts: await makeContacts(database, account.siteId, contacts),
      database,
      async start(role, databaseUrl = postgres.url, settings = {}) {
        const all = { ...fleetSettings(databaseUrl), PORT: '0', ...settings }
        const running = await bestowRunning([role], { settings: all })
        started.push(running)
        return running
      },
    })
  } finally {
    await Promise.all(started.map(endProcess))
    await database.end()
    await postgres.remove()
  }
}

/** Inserted with one statement: a trial may need more of them than requests could create. */
async function makeContacts(database: pg.Pool, siteId: string, count: number): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    `insert into contacts (site_id, name, email, created_at, updated_at)
     select $1, 'Contact ' || n, 'contact' || n || '@example.com', now(), now() from generate_series(1, $2) n
     returning id`,
    [siteId, count],
  )
  await database.query('analyze contacts')
  return rows.map(({ id }) => id)
}

/** Stops a process gracefully. @returns its exit code */
export async function endProcess({ child, exited }: Running): Promise<number | null> {
  child.kill('SIGTERM')
  return exited
}

export interface Request {
  token: string
  path: string
  body: object
  key?: string
  agent?: Agent
}

export interface ClientResponse {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** The error of a request without a complete response. */
export interface Broken extends NodeJS.ErrnoException {
  /** Whether it was sent on a kept-alive connection. */
  isReused: boolean
}

/**
 * Sends a POST, on a connection of its own unless an agent is given. Unlike fetch(), it never retries.
 *
 * @throws Broken
 */
export function send(url: string, { token, path, body, key, agent }: Request): Promise<ClientResponse> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/vnd.api+json',
      ...(key !== undefined && { 'idempotency-key': key }),
    }
    const sent = request(url + path, { method: 'POST', headers, agent: agent ?? false }, (response) => {
      text(response).then(
        (whole) => resolve({ status: response.statusCode!, headers: response.headers, text: whole }),
        fail,
      )
    })
    const fail = (error: Error) => reject(Object.assign(error, { isReused: sent.reusedSocket }))
    sent.on('error', fail)
    sent.end(JSON.stringify(body))
  })
}

/** The same. @returns null without a response */
export const post = (url: string, sent: Request): Promise<ClientResponse | null> =>
  send(url, sent).catch(() => null)

/** A grant of an offer to a contact, which sends both e-mails that a grant can send. */
export const grantOf = (contactId: string, offerId: string) => ({
  path: `/v1/contacts/${contactId}/relationships/offers`,
  body: { data: [{ type: 'offers', id: offerId }], meta: { send_offer_grant_email: true } },
})

/** Waits until every event is dispatched; a worker must be running. */
export const untilDispatched = (database: pg.Pool): Promise<void> =>
  until(async () => {
    const { rowCount } = await database.query('select from events where dispatched_at is null limit 1')
    return rowCount === 0
  })

/** The invariants that `bestow doctor` reports as violated. */
export async function violatedInvariants(databaseUrl: string): Promise<string[]> {
  const { findings } = await bestowJson(databaseUrl, 'doctor')
  return findings
    .filter(({ violations }: { violations: number | null }) => violations !== 0)
    .map(({ rule, examples }: { rule: string; examples: string[] }) => [rule, ...examples].join(' '))
}

/** The result of a trial: faults, of which there should be none, and figures. */
export interface Findings {
  /** Whether there are no faults. An unmet precondition is a fault too: see missed(). */
  passed: boolean
  faults: string[]
}

export const findings = <Figures extends object>(faults: string[], figures: Figures): Findings & Figures => ({
  passed: faults.length === 0,
  faults,
  ...figures,
})

/** A fault of the trial itself: a precondition for it to show anything was not met. */
export const missed = (expectation: string, isMet: boolean): string[] =>
  isMet ? [] : [`the trial shows nothing: ${expectation}`]

/** Findings as lines, with at most 20 of the faults. */
export function resultOf({ passed, faults, ...figures }: Findings): TrialResult {
  const figureLines = Object.entries(figures).map(([name, figure]) => `${name}: ${JSON.stringify(figure)}`)
  const rest = faults.length - MOST_FAULTS
  return {
    passed,
    lines: [
      ...figureLines,
      ...faults.slice(0, MOST_FAULTS),
      ...(rest > 0 ? [`and ${rest} more faults`] : []),
    ],
  }
}

const MOST_FAULTS = 20

export function countBy<Item>(items: Item[], nameOf: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1
  return counts
}
