/** What keys promise under load: an Idempotency-Key has one effect, a rotated API key none any more. */
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { rotateApiKey } from '../../src/accounts/api-keys.ts'
import { inTransaction, openDatabase } from '../../src/platform/db/database.ts'
import { until } from '../launch.ts'
import { fetchToken } from './account.ts'
import {
  type Answer,
  type Findings,
  findings,
  type Ground,
  grantOf,
  missed,
  onGround,
  outcomeOf,
  post,
} from './ground.ts'
import type { Trial } from './trial.ts'

export interface KeysReport extends Findings {
  idempotencyKeys: number
  rotations: number
  /** Made with tokens of keys that were rotated while they were used. */
  grantsBeforeRotations: number
  /** Requests under way when the key was rotated, that were refused. */
  refusedUnderWay: number
}

export interface KeysOptions {
  idempotencyKeys?: number
  rotations?: number
  /** SQL that breaks what the trial proves: it must find that. */
  plantedFault?: string
}

/** Requests with the same Idempotency-Key at once. */
const REPEATED = 5
const KEYS_AT_ONCE = 8
const CLIENTS = 32
/** With each of the account's offers more than are granted before a rotation. */
const CONTACTS_PER_ROTATION = 400
export const SHORT: KeysOptions = { idempotencyKeys: 200, rotations: 5 }

export const keysTrial: Trial = {
  name: 'keys',
  sentence: 'Idempotency-Keys are used many times at once, and API keys rotated while they are used',
  run: async ({ isShort }) => outcomeOf(await keys(isShort ? SHORT : {})),
}

export const keys = ({
  idempotencyKeys = 2_000,
  rotations = 100,
  plantedFault,
}: KeysOptions = {}): Promise<KeysReport> =>
  onGround(
    idempotencyKeys + rotations * CONTACTS_PER_ROTATION,
    async (ground) => {
      const servers = await Promise.all([ground.start('serve'), ground.start('serve')])
      const urls = servers.map(({ ready }) => ready.url!)
      if (plantedFault) await ground.database.query(plantedFault)
      const repeated = await repeatKeys(ground, urls, idempotencyKeys)
      const rotated = await rotateKeys(ground, urls, rotations)
      const { faults, ...raced } = rotated
      const all = [
        ...repeated,
        ...faults,
        ...missed('no grant was made with a key before it was rotated', raced.grantsBeforeRotations > 0),
        ...missed('no request was under way when its key was rotated', raced.refusedUnderWay > 0),
      ]
      return findings(all, { idempotencyKeys, rotations, ...raced })
    },
    // The database's own record of what was committed when.
    { track_commit_timestamp: 'on' },
  )

/** Each key five times at once, in turns on both servers, and then once more for something else. */
async function repeatKeys({ account, contacts, database }: Ground, urls: string[], count: number) {
  const token = await fetchToken(urls[0]!, account)
  const agent = new Agent({ keepAlive: true })
  const faults: string[] = []
  const useKey = async (key: string, contactId: string) => {
    const grant = grantOf(contactId, account.offers[0]!)
    const send = (i: number) => patiently(() => post(urls[i % 2]!, { token, key, agent, ...grant }))
    const answers = await Promise.all(Array.from({ length: REPEATED }, (_, i) => send(i)))
    const replayed = answers.filter((answer) => answer?.headers['idempotent-replayed'] === 'true').length
    const texts = new Set(answers.map((answer) => `${answer?.status} ${answer?.text}`))
    if (replayed !== REPEATED - 1) faults.push(`${key}: ${replayed} answers say that they are repeated`)
    if (texts.size !== 1) faults.push(`${key}: ${[...texts].join(' and ')}`)
    if (answers[0]?.status !== 200) faults.push(`${key}: answered ${answers[0]?.status}`)
    const other = grantOf(contactId, account.offers[1]!)
    const refusal = await post(urls[1]!, { token, key, agent, ...other })
    if (refusal?.status !== 422) faults.push(`${key}, for something else: answered ${refusal?.status}`)
  }

  const used = contacts.splice(0, count)
  const left = used.map((contactId, i) => ({ key: `key ${i}`, contactId }))
  const work = async () => {
    for (let next = left.pop(); next; next = left.pop()) await useKey(next.key, next.contactId)
  }
  await Promise.all(Array.from({ length: KEYS_AT_ONCE }, work))
  agent.destroy()
  const { rows } = await database.query(
    `select contact_id, count(*) from events where contact_id = any ($1::bigint[]) and type = 'offer_granted'
      group by contact_id having count(*) > 1`,
    [used],
  )
  return [...faults, ...rows.map(({ contact_id, count: made }) => `contact ${contact_id}: ${made} grants`)]
}

/** Again as long as the first request with the key is still running. */
async function patiently(request: () => Promise<Answer | null>): Promise<Answer | null> {
  for (;;) {
    const answer = await request()
    if (answer?.status !== 409) return answer
    await sleep(1_000)
  }
}

/** Rotates the key while clients on both servers grant with it, again and again. */
async function rotateKeys({ account, contacts, database, postgres }: Ground, urls: string[], times: number) {
  const own = openDatabase(postgres.url, { size: 1, name: 'rotations' })
  const { rows } = await database.query('select id, account_id from api_keys')
  const { id, account_id } = rows[0]
  const pairs = account.offers.flatMap((offerId) => contacts.map((contactId) => ({ contactId, offerId })))
  const total = { faults: [] as string[], grantsBeforeRotations: 0, refusedUnderWay: 0 }
  let { clientSecret } = account
  for (let round = 1; round <= times; round++) {
    const tokens = await Promise.all(urls.map((url) => fetchToken(url, { ...account, clientSecret })))
    const sign = { rotatedAt: Number.POSITIVE_INFINITY, granted: 0 }
    const agent = new Agent({ keepAlive: true })
    const clients = Array.from({ length: CLIENTS }, (_, i) =>
      grantUntilRefused({ url: urls[i % 2]!, token: tokens[i % 2]!, agent, pairs, sign }),
    )
    // However fast the machine is: clients are in the middle of it.
    await until(() => sign.granted > CLIENTS)
    await sleep((round % 20) * 5)
    const fresh = await inTransaction(own.kysely, (tx) => rotateApiKey(tx, account_id, id, new Date()))
    sign.rotatedAt = performance.now()
    clientSecret = fresh.client_secret
    for (const { granted, refusedUnderWay, faults } of await Promise.all(clients)) {
      total.grantsBeforeRotations += granted
      total.refusedUnderWay += refusedUnderWay
      total.faults.push(...faults.map((fault) => `rotation ${round}: ${fault}`))
    }
    agent.destroy()
    const { rowCount } = await database.query(COMMITTED_AFTER_ROTATION, [id])
    if (rowCount) total.faults.push(`rotation ${round}: ${rowCount} grants of the old token came after it`)
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
  /** What all clients have made, and when the key was rotated. */
  sign: { rotatedAt: number; granted: number }
}

/** Ends with the first request that began when the rotation had been answered. */
async function grantUntilRefused({ url, token, agent, pairs, sign }: Granting) {
  const faults: string[] = []
  let [granted, refusedUnderWay] = [0, 0]
  for (;;) {
    const { contactId, offerId } = pairs.pop()!
    const isAfter = performance.now() > sign.rotatedAt
    const answer = await post(url, { token, agent, ...grantOf(contactId, offerId) })
    if (isAfter) {
      if (answer?.status !== 401) faults.push(`a request after it was answered ${answer?.status}`)
      return { faults, granted, refusedUnderWay }
    }
    if (answer?.status === 200) {
      granted++
      sign.granted++
    } else if (answer?.status === 401) refusedUnderWay++
    else faults.push(`a request before it was answered ${answer?.status}`)
  }
}
