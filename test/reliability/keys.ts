/** The guarantees of keys under load: an Idempotency-Key has one effect, a rotated API key has none. */
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { rotateApiKey } from '../../src/accounts/api-keys/api-keys.ts'
import { inTransaction, openDatabase } from '../../src/platform/db/database.ts'
import { until } from '../launch.ts'
import { fetchToken } from './account.ts'
import type { Trial } from './trial.ts'
import {
  type ClientResponse,
  type Findings,
  findings,
  grantOf,
  missed,
  post,
  resultOf,
  type TrialEnvironment,
  withTrialEnvironment,
} from './trial-environment.ts'

export interface KeysReport extends Findings {
  idempotencyKeys: number
  rotations: number
  /** Grants made with tokens of keys that were then rotated. */
  grantsBeforeRotations: number
  /** Requests in flight when the key was rotated that were refused. */
  refusedInFlight: number
}

export interface KeysOptions {
  idempotencyKeys?: number
  rotations?: number
  /** SQL that plants a fault, which the trial must find. */
  plantedFault?: string
}

/** Concurrent requests with the same Idempotency-Key. */
const REPEATED = 5
const CONCURRENT_KEYS = 8
const CLIENTS = 32
/** Times the number of offers, more than are granted before a rotation. */
const CONTACTS_PER_ROTATION = 400
export const SHORT: KeysOptions = { idempotencyKeys: 100, rotations: 3 }

export const keysTrial: Trial = {
  name: 'keys',
  summary: 'Idempotency-Keys are used many times concurrently, and API keys rotated while they are used',
  run: async ({ isShort }) => resultOf(await keys(isShort ? SHORT : {})),
}

export const keys = ({
  idempotencyKeys = 2_000,
  rotations = 100,
  plantedFault,
}: KeysOptions = {}): Promise<KeysReport> =>
  withTrialEnvironment(
    idempotencyKeys + rotations * CONTACTS_PER_ROTATION,
    async (environment) => {
      const servers = await Promise.all([environment.start('serve'), environment.start('serve')])
      const urls = servers.map(({ ready }) => ready.url!)
      if (plantedFault) await environment.database.query(plantedFault)
      const repeated = await repeatKeys(environment, urls, idempotencyKeys)
      const rotated = await rotateKeys(environment, urls, rotations)
      const { faults, ...raced } = rotated
      const all = [
        ...repeated,
        ...faults,
        ...missed('no grant was made with a key before it was rotated', raced.grantsBeforeRotations > 0),
        ...missed('no request was in flight when its key was rotated', raced.refusedInFlight > 0),
      ]
      return findings(all, { idempotencyKeys, rotations, ...raced })
    },
    // PostgreSQL records the time of each commit.
    { track_commit_timestamp: 'on' },
  )

/** Uses each key in five concurrent requests to both servers, and then for another request. */
async function repeatKeys({ account, contacts, database }: TrialEnvironment, urls: string[], count: number) {
  const token = await fetchToken(urls[0]!, account)
  const agent = new Agent({ keepAlive: true })
  const faults: string[] = []
  const useKey = async (key: string, contactId: string) => {
    const grant = grantOf(contactId, account.offers[0]!)
    const send = (i: number) => sendUntilNoConflict(() => post(urls[i % 2]!, { token, key, agent, ...grant }))
    const responses = await Promise.all(Array.from({ length: REPEATED }, (_, i) => send(i)))
    const replayed = responses.filter(
      (response) => response?.headers['idempotent-replayed'] === 'true',
    ).length
    const texts = new Set(responses.map((response) => `${response?.status} ${response?.text}`))
    if (replayed !== REPEATED - 1) faults.push(`${key}: ${replayed} responses are marked as replayed`)
    if (texts.size !== 1) faults.push(`${key}: ${[...texts].join(' and ')}`)
    if (responses[0]?.status !== 200) faults.push(`${key}: response ${responses[0]?.status}`)
    const other = grantOf(contactId, account.offers[1]!)
    const refusal = await post(urls[1]!, { token, key, agent, ...other })
    if (refusal?.status !== 422) faults.push(`${key}, for another request: response ${refusal?.status}`)
  }

  const used = contacts.splice(0, count)
  const left = used.map((contactId, i) => ({ key: `key ${i}`, contactId }))
  const work = async () => {
    for (let next = left.pop(); next; next = left.pop()) await useKey(next.key, next.contactId)
  }
  await Promise.all(Array.from({ length: CONCURRENT_KEYS }, work))
  agent.destroy()
  const { rows } = await database.query(
    `select contact_id, count(*) from events where contact_id = any ($1::bigint[]) and type = 'offer_granted'
      group by contact_id having count(*) > 1`,
    [used],
  )
  return [...faults, ...rows.map(({ contact_id, count: made }) => `contact ${contact_id}: ${made} grants`)]
}

/** Repeats a request while the first one with its key is still running. */
async function sendUntilNoConflict(
  request: () => Promise<ClientResponse | null>,
): Promise<ClientResponse | null> {
  for (;;) {
    const response = await request()
    if (response?.status !== 409) return response
    await sleep(1_000)
  }
}

/** Repeatedly rotates the key while clients on both servers grant with it. */
async function rotateKeys(
  { account, contacts, database, postgres }: TrialEnvironment,
  urls: string[],
  times: number,
) {
  const own = openDatabase(postgres.url, { size: 1, name: 'rotations' })
  const { rows } = await database.query('select id, account_id from api_keys')
  const { id, account_id } = rows[0]
  const pairs = account.offers.flatMap((offerId) => contacts.map((contactId) => ({ contactId, offerId })))
  const total = { faults: [] as string[], grantsBeforeRotations: 0, refusedInFlight: 0 }
  let { clientSecret } = account
  for (let round = 1; round <= times; round++) {
    const tokens = await Promise.all(urls.map((url) => fetchToken(url, { ...account, clientSecret })))
    const shared = { rotatedAt: Number.POSITIVE_INFINITY, granted: 0 }
    const agent = new Agent({ keepAlive: true })
    const clients = Array.from({ length: CLIENTS }, (_, i) =>
      grantUntilRefused({ url: urls[i % 2]!, token: tokens[i % 2]!, agent, pairs, shared }),
    )
    // However fast the machine is, clients are granting.
    await until(() => shared.granted > CLIENTS)
    await sleep((round % 20) * 5)
    const fresh = await inTransaction(own.kysely, (tx) => rotateApiKey(tx, account_id, id, new Date()))
    shared.rotatedAt = performance.now()
    clientSecret = fresh.client_secret
    for (const { granted, refusedInFlight, faults } of await Promise.all(clients)) {
      total.grantsBeforeRotations += granted
      total.refusedInFlight += refusedInFlight
      total.faults.push(...faults.map((fault) => `rotation ${round}: ${fault}`))
    }
    agent.destroy()
    const { rowCount } = await database.query(COMMITTED_AFTER_ROTATION, [id])
    if (rowCount)
      total.faults.push(`rotation ${round}: ${rowCount} grants with the old token were committed after it`)
  }
  await own.close()
  return total
}

const COMMITTED_AFTER_ROTATION = `
  select from offer_grants g, api_keys k
   where k.id = $1 and pg_xact_commit_timestamp(g.xmin) > pg_xact_commit_timestamp(k.xmin)`

interface Granting {
  url: string
  token: string
  agent: Agent
  pairs: { contactId: string; offerId: string }[]
  /** The number of grants of all clients, and the time of the rotation. */
  shared: { rotatedAt: number; granted: number }
}

/** Ends with the first request that begins after the rotation has returned. */
async function grantUntilRefused({ url, token, agent, pairs, shared }: Granting) {
  const faults: string[] = []
  let [granted, refusedInFlight] = [0, 0]
  for (;;) {
    const { contactId, offerId } = pairs.pop()!
    const isAfter = performance.now() > shared.rotatedAt
    const response = await post(url, { token, agent, ...grantOf(contactId, offerId) })
    if (isAfter) {
      if (response?.status !== 401) faults.push(`a request after it got the response ${response?.status}`)
      return { faults, granted, refusedInFlight }
    }
    if (response?.status === 200) {
      granted++
      shared.granted++
    } else if (response?.status === 401) refusedInFlight++
    else faults.push(`a request before it got the response ${response?.status}`)
  }
}
