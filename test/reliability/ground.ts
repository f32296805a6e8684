/** What most trials stand on: a PostgreSQL with an account and contacts, processes, and a client. */
import { type Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { BESTOW, type Environment, launch, type Running, until } from '../launch.ts'
import { bestowJson, makeAccount, type TrialAccount } from './account.ts'
import { fleetSettings, NODE } from './fleet.ts'
import { makePostgres, type Postgres } from './postgres.ts'
import type { Outcome } from './trial.ts'

export interface Ground {
  postgres: Postgres
  account: TrialAccount
  /** Ids of contacts that were granted nothing yet. */
  contacts: string[]
  /** Straight to the database, whatever stands between it and the servers. */
  database: pg.Pool
  /** Starts `bestow serve` or `bestow worker` and waits until it is ready; directly on the database by default. */
  start: (role: 'serve' | 'worker', databaseUrl?: string, settings?: Environment) => Promise<Running>
}

/**
 * Does `work` on a database of its own. Whatever it comes to, no process is left behind.
 *
 * @param settings lines of postgresql.conf
 */
export async function onGround<Report>(
  contacts: number,
  work: (ground: Ground) => Promise<Report>,
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
        const running = await launch(NODE, [BESTOW, role, '--json'], { settings: all })
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

/** Written at once, as an import would: a trial may need more of them than requests could make. */
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

/** Ends it in order. @returns its exit code */
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

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** A request that was not answered, or not to the end. */
export interface Broken extends NodeJS.ErrnoException {
  /** It was sent on a connection that was kept alive. */
  isReused: boolean
}

/**
 * POSTs, on a connection of its own unless an agent is given. Other than fetch() it never tries again by itself.
 *
 * @throws Broken
 */
export function send(url: string, { token, path, body, key, agent }: Request): Promise<Answer> {
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

/** The same. @returns null when it was not answered */
export const post = (url: string, sent: Request): Promise<Answer | null> => send(url, sent).catch(() => null)

/** A grant of an offer to a contact, which sends both e-mails that a grant can send. */
export const grantOf = (contactId: string, offerId: string) => ({
  path: `/v1/contacts/${contactId}/relationships/offers`,
  body: { data: [{ type: 'offers', id: offerId }], meta: { send_offer_grant_email: true } },
})

/** Waits until every event had its consequences; a worker must be running. */
export const untilDispatched = (database: pg.Pool): Promise<void> =>
  until(async () => {
    const { rowCount } = await database.query('select from events where dispatched_at is null limit 1')
    return rowCount === 0
  })

/** What `bestow doctor` reports as violated; empty when the database is consistent. */
export async function brokenRules(databaseUrl: string): Promise<string[]> {
  const { findings } = await bestowJson(databaseUrl, 'doctor')
  return findings
    .filter(({ violations }: { violations: number | null }) => violations !== 0)
    .map(({ rule, examples }: { rule: string; examples: string[] }) => [rule, ...examples].join(' '))
}

/** What a trial found: faults, of which there should be none, and figures. */
export interface Findings {
  /** There are no faults. Anything else that a trial expects is reported as a fault when it does not happen: see missed(). */
  passed: boolean
  faults: string[]
}

export const findings = <Figures extends object>(faults: string[], figures: Figures): Findings & Figures => ({
  passed: faults.length === 0,
  faults,
  ...figures,
})

/** A fault of the trial itself: what it needs in order to show something did not happen. */
export const missed = (expectation: string, isMet: boolean): string[] =>
  isMet ? [] : [`the trial shows nothing: ${expectation}`]

/** Findings as lines; of many faults the first ones. */
export function outcomeOf({ passed, faults, ...figures }: Findings): Outcome {
  const told = Object.entries(figures).map(([name, figure]) => `${name}: ${JSON.stringify(figure)}`)
  const rest = faults.length - MOST_FAULTS
  return {
    passed,
    lines: [...told, ...faults.slice(0, MOST_FAULTS), ...(rest > 0 ? [`and ${rest} faults more`] : [])],
  }
}

const MOST_FAULTS = 20

export function countBy<Item>(items: Item[], nameOf: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1
  return counts
}
