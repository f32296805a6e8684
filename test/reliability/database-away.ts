/** The database is out of reach for a while, and the requests go on. */
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { startProxy } from '../../src/testing/proxy.ts'
import { until } from '../launch.ts'
import { fetchToken } from './account.ts'
import {
  type Answer,
  brokenRules,
  countBy,
  type Findings,
  type Ground,
  grantOf,
  onGround,
  outcomeOf,
  post,
  untilDispatched,
} from './ground.ts'
import { memoryOf } from './overload.ts'
import type { Trial } from './trial.ts'

export interface DatabaseAwayReport extends Findings {
  awaySeconds: number
  /** Of the whole trial, by status. */
  answers: Record<string, number>
  refusedMeanwhile: number
  slowestRefusalMs: number
  /** From its return until a grant was made. */
  firstGrantAfterMs: number
  /** Megabytes of the server. */
  memoryMb: { before: number; most: number; after: number }
}

export interface DatabaseAwayOptions {
  seconds?: number
}

const CONTACTS = 60_000
const CLIENTS = 32
const LOAD_SECONDS = 2
/** What a client waits that was refused; shorter than Retry-After asks, so that there is load. */
const PAUSE_MS = 50
/** For a machine that others use. Mostly a refusal takes milliseconds. */
const LONGEST_REFUSAL_MS = 5_000
/** Of memory that a process takes more while its database is away. */
const MOST_GROWTH_MB = 150
export const SHORT: DatabaseAwayOptions = { seconds: 3 }

export const databaseAwayTrial: Trial = {
  name: 'database-away',
  sentence: 'the database is out of reach for half a minute, under load',
  run: async ({ isShort }) => outcomeOf(await databaseAway(isShort ? SHORT : {})),
}

export const databaseAway = ({ seconds = 30 }: DatabaseAwayOptions = {}): Promise<DatabaseAwayReport> =>
  onGround(CONTACTS, async (ground) => {
    const proxy = await startProxy(ground.postgres.url)
    const server = await ground.start('serve', String(proxy.connection))
    await ground.start('worker', String(proxy.connection))
    const load = await startLoad(ground, server.ready.url!)
    const memory = () => memoryOf(server.child.pid!)

    await sleep(LOAD_SECONDS * 1_000)
    const memoryBefore = await memory()
    await proxy.cut()
    const cut = performance.now()
    let mostMemory = 0
    while (performance.now() < cut + seconds * 1_000) {
      mostMemory = Math.max(mostMemory, await memory())
      await sleep(100)
    }
    const mended = performance.now()
    await proxy.mend()
    const madeSince = () => load.sent.find(({ answer, begun }) => answer?.status === 200 && begun > mended)
    await until(() => madeSince() !== undefined)
    await sleep(LOAD_SECONDS * 1_000)
    await load.stop()

    const meanwhile = load.sent.filter(({ begun, ended }) => begun > cut && ended < mended)
    const slowest = Math.max(...meanwhile.map(({ begun, ended }) => ended - begun))
    const faults = [
      ...faultsOf(load.sent, meanwhile),
      ...(slowest > LONGEST_REFUSAL_MS ? [`a refusal took ${Math.round(slowest)} ms`] : []),
      ...(mostMemory > memoryBefore + MOST_GROWTH_MB ? [`memory grew to ${mostMemory} MB`] : []),
      ...(await audit(ground, load.sent)),
    ]
    const report = {
      awaySeconds: seconds,
      answers: countBy(load.sent, ({ answer }) => String(answer?.status ?? 'none')),
      refusedMeanwhile: meanwhile.length,
      slowestRefusalMs: Math.round(slowest),
      firstGrantAfterMs: Math.round(madeSince()!.ended - mended),
      memoryMb: { before: memoryBefore, most: mostMemory, after: await memory() },
    }
    await proxy.cut()
    return { passed: faults.length === 0 && meanwhile.length > 0, faults, ...report }
  })

interface Sent {
  contactId: string
  answer: Answer | null
  begun: number
  ended: number
}

/** Clients that grant one offer after the other, and wait a little when they are refused. */
async function startLoad({ account, contacts }: Ground, url: string) {
  const token = await fetchToken(url, account)
  const agent = new Agent({ keepAlive: true })
  const sent: Sent[] = []
  let isOver = false
  const client = async () => {
    while (!isOver) {
      const contactId = contacts.pop()!
      const begun = performance.now()
      const answer = await post(url, { token, agent, ...grantOf(contactId, account.offers[0]!) })
      sent.push({ contactId, answer, begun, ended: performance.now() })
      if (answer?.status !== 200) await sleep(PAUSE_MS)
    }
  }
  const clients = Array.from({ length: CLIENTS }, client)
  return {
    sent,
    async stop() {
      isOver = true
      await Promise.all(clients)
      agent.destroy()
    },
  }
}

function faultsOf(sent: Sent[], meanwhile: Sent[]): string[] {
  const strange = sent.filter(({ answer }) => answer?.status !== 200 && answer?.status !== 503)
  const blind = sent.filter(({ answer }) => answer?.status === 503 && !answer.headers['retry-after'])
  const made = meanwhile.filter(({ answer }) => answer?.status === 200)
  return [
    ...strange.map(({ answer }) => `answered ${answer?.status ?? 'not at all'}`),
    ...blind.map(() => 'refused without Retry-After'),
    ...made.map(({ contactId }) => `granted to ${contactId} without a database`),
  ]
}

/** Whether all that was acknowledged is there, and all that follows from it. */
async function audit({ database, postgres }: Ground, sent: Sent[]): Promise<string[]> {
  const acknowledged = sent.flatMap(({ contactId, answer }) => (answer?.status === 200 ? [contactId] : []))
  await untilDispatched(database)
  const { rows } = await database.query(
    `select a.id from unnest($1::bigint[]) a (id) where not exists (
       select from offer_grants g join customers c on c.site_id = g.site_id and c.id = g.customer_id
        where c.contact_id = a.id)`,
    [acknowledged],
  )
  return [
    ...rows.map(({ id }) => `the grant to ${id} was acknowledged and is lost`),
    ...(await brokenRules(postgres.url)),
  ]
}
