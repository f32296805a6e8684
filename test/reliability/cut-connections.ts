/**
 * A connection breaks after each byte of a grant: between client and server, and between server and database.
 * The client then sends it again, with its Idempotency-Key or without one.
 */
import { type Direction, openProxy, startProxy, type TcpProxy } from '../../src/testing/proxy.ts'
import { fetchToken } from './account.ts'
import type { Trial } from './trial.ts'
import {
  type ClientResponse,
  countBy,
  type Findings,
  findings,
  grantOf,
  missed,
  post,
  resultOf,
  type TrialEnvironment,
  untilDispatched,
  violatedInvariants,
  withTrialEnvironment,
} from './trial-environment.ts'

export interface CutReport extends Findings {
  /** Number of connections that were cut. */
  cuts: number
  /** Cuts after which the grant existed although its response was lost. */
  madeWithoutResponse: number
  /** Results of the first requests: `503`, or `broken`. */
  first: Record<string, number>
}

export interface CutOptions {
  /** Number of bytes between two cuts. */
  step?: number
  /** SQL that plants a fault, which the trial must find. */
  plantedFault?: string
}

const CONTACTS = 20_000
/** It only ends a trial that hangs. */
const LIMIT_MS = 60_000

export const cutConnectionsTrial: Trial = {
  name: 'cut-connections',
  summary: 'connections break after every byte of a grant, which is then sent again',
  run: async ({ isShort }) => resultOf(await cutConnections(isShort ? { step: 97 } : {})),
}

export const cutConnections = ({ step = 1, plantedFault }: CutOptions = {}): Promise<CutReport> =>
  withTrialEnvironment(CONTACTS, async (environment) => {
    const { postgres, account, contacts } = environment
    await environment.start('worker')
    const database = await startProxy(postgres.url)
    const server = await environment.start('serve', String(database.connection))
    const { hostname: host, port } = new URL(server.ready.url!)
    const client = await openProxy({ host, port: Number(port) })
    const url = `http://${host}:${client.port}`
    if (plantedFault) await environment.database.query(plantedFault)

    const token = await fetchToken(url, account)
    const send: Send = (contactId, key) =>
      post(url, { token, key, ...grantOf(contactId, account.offers[0]!) })
    const cuts: Cut[] = []
    for (const [name, proxy] of Object.entries({ database, client })) {
      for (const direction of ['request', 'response'] as const) {
        for (const withKey of [true, false]) {
          const series = { name: `${name}, ${direction}`, proxy, direction, withKey, step }
          cuts.push(...(await cutRepeatedly(series, contacts, send)))
        }
      }
    }
    await Promise.all([client.cut(), database.cut()])
    return examine(environment, cuts)
  })

type Send = (contactId: string, key?: string) => Promise<ClientResponse | null>

interface Series {
  name: string
  proxy: TcpProxy
  direction: Direction
  withKey: boolean
  step: number
}

interface Cut {
  /** Where the connection was cut. */
  name: string
  contactId: string
  withKey: boolean
  first: ClientResponse | null
  again: ClientResponse | null
}

/** Cuts after 0, step, 2 × step … bytes, until a whole grant passes before the cut. */
async function cutRepeatedly(series: Series, contacts: string[], send: Send): Promise<Cut[]> {
  const { proxy, direction, withKey, step } = series
  const known = contacts.pop()!
  const cuts: Cut[] = []
  for (let bytes = 0; ; bytes += step) {
    const contactId = contacts.pop()!
    const key = withKey ? `${series.name} ${bytes}` : undefined
    // Now the server has a database connection on which this statement is prepared.
    await sendUntilGranted(() => send(known))
    proxy.cutAfter(direction, bytes)
    const first = await send(contactId, key)
    if (!proxy.cancelCut()) return cuts
    const again = await sendUntilGranted(() => send(contactId, key))
    cuts.push({ name: `${series.name}, byte ${bytes}`, contactId, withKey, first, again })
  }
}

/** Sends a request repeatedly, as a client does that needs a response. */
async function sendUntilGranted(
  request: () => Promise<ClientResponse | null>,
): Promise<ClientResponse | null> {
  for (const end = Date.now() + LIMIT_MS; ; ) {
    const response = await request()
    if (response?.status === 200 || Date.now() > end) return response
  }
}

async function examine({ database, postgres }: TrialEnvironment, cuts: Cut[]): Promise<CutReport> {
  await untilDispatched(database)
  const { rows } = await database.query<Effects>(EFFECTS, [cuts.map(({ contactId }) => contactId)])
  const effects = new Map(rows.map((row) => [row.contact_id, row]))
  const faults = cuts.flatMap((cut) => {
    const fault = faultOf(cut, effects.get(cut.contactId)!)
    return fault ? [`${cut.name}${cut.withKey ? ', with a key' : ''}: ${fault}`] : []
  })
  faults.push(...(await violatedInvariants(postgres.url)))
  const madeWithoutResponse = cuts.filter(
    ({ again, contactId }) => again?.headers['x-request-id'] !== effects.get(contactId)!.request_id,
  ).length
  faults.push(...missed('every grant that was made also got its response', madeWithoutResponse > 0))
  return findings(faults, {
    cuts: cuts.length,
    madeWithoutResponse,
    first: countBy(cuts, ({ first }) => String(first?.status ?? 'broken')),
  })
}

interface Effects {
  contact_id: string
  grant_id: string | null
  /** The request that made the grant. */
  request_id: string | null
  counts: string
}

const EFFECTS = `
  select c.id as contact_id, max(g.id)::text as grant_id, max(e.request_id) as request_id,
         concat_ws(', ', count(distinct g.id) || ' grants', count(distinct e.id) || ' grant events',
           (select count(*) from events e where e.site_id = c.site_id and e.contact_id = c.id
              and e.type = 'customer_created') || ' customers created',
           (select count(*) from emails m where m.site_id = c.site_id and m.contact_id = c.id) || ' e-mails') as counts
    from contacts c
    left join events e on e.site_id = c.site_id and e.contact_id = c.id and e.type = 'offer_granted'
    left join customers k on k.site_id = c.site_id and k.contact_id = c.id
    left join offer_grants g on g.site_id = k.site_id and g.customer_id = k.id
   where c.id = any ($1::bigint[])
   group by c.site_id, c.id`

function faultOf({ again, withKey }: Cut, { grant_id, request_id, counts }: Effects): string | null {
  if (counts !== '1 grants, 1 grant events, 1 customers created, 2 e-mails') return counts
  if (again?.status !== 200) return `the retry ended with ${again?.status ?? 'a broken connection'}`
  const wasMadeBefore = request_id !== again.headers['x-request-id']
  const isReplayed = again.headers['idempotent-replayed'] === 'true'
  const [reported] = JSON.parse(again.text).meta.offers
  if (isReplayed !== (withKey && wasMadeBefore))
    return `made before: ${wasMadeBefore}, replayed: ${isReplayed}`
  if ((reported.status === 'already_granted') !== (wasMadeBefore && !withKey))
    return `the response has the status ${reported.status}`
  if (reported.status === 'granted' && reported.grant_id !== grant_id)
    return `the response has another grant, ${reported.grant_id}`
  return null
}
