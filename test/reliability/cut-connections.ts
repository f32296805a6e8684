/**
 * A connection breaks after each byte of a grant: between client and server, and between server and database.
 * The client then sends it again, with its Idempotency-Key or without one.
 */
import { type Direction, openProxy, startProxy, type TcpProxy } from '../../src/testing/proxy.ts'
import { fetchToken } from './account.ts'
import {
  type Answer,
  brokenRules,
  countBy,
  type Findings,
  findings,
  type Ground,
  grantOf,
  missed,
  onGround,
  outcomeOf,
  post,
  untilDispatched,
} from './ground.ts'
import type { Trial } from './trial.ts'

export interface CutReport extends Findings {
  /** At how many bytes a connection was cut. */
  cuts: number
  /** Of those: the grant was made though its answer never came. */
  madeUnanswered: number
  /** What the first request came to: `503`, or `broken`. */
  first: Record<string, number>
}

export interface CutOptions {
  /** Cuts after every so many bytes. */
  step?: number
  /** SQL that breaks what the trial proves: it must find that. */
  plantedFault?: string
}

const CONTACTS = 20_000
/** It only ends what hangs. */
const PATIENCE_MS = 60_000

export const cutConnectionsTrial: Trial = {
  name: 'cut-connections',
  sentence: 'connections break after every byte of a grant, which is then sent again',
  run: async ({ isShort }) => outcomeOf(await cutConnections(isShort ? { step: 97 } : {})),
}

export const cutConnections = ({ step = 1, plantedFault }: CutOptions = {}): Promise<CutReport> =>
  onGround(CONTACTS, async (ground) => {
    const { postgres, account, contacts } = ground
    await ground.start('worker')
    const database = await startProxy(postgres.url)
    const server = await ground.start('serve', String(database.connection))
    const { hostname: host, port } = new URL(server.ready.url!)
    const client = await openProxy({ host, port: Number(port) })
    const url = `http://${host}:${client.port}`
    if (plantedFault) await ground.database.query(plantedFault)

    const token = await fetchToken(url, account)
    const send: Send = (contactId, key) =>
      post(url, { token, key, ...grantOf(contactId, account.offers[0]!) })
    const cuts: Cut[] = []
    for (const [name, proxy] of Object.entries({ database, client })) {
      for (const direction of ['request', 'answer'] as const) {
        for (const withKey of [true, false]) {
          const place = { name: `${name}, ${direction}`, proxy, direction, withKey, step }
          cuts.push(...(await walk(place, contacts, send)))
        }
      }
    }
    await Promise.all([client.cut(), database.cut()])
    return examine(ground, cuts)
  })

type Send = (contactId: string, key?: string) => Promise<Answer | null>

interface Place {
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
  first: Answer | null
  again: Answer | null
}

/** Cuts after 0, step, 2 × step … bytes, until all of a grant has gone through before the cut. */
async function walk(place: Place, contacts: string[], send: Send): Promise<Cut[]> {
  const { proxy, direction, withKey, step } = place
  const known = contacts.pop()!
  const cuts: Cut[] = []
  for (let bytes = 0; ; bytes += step) {
    const contactId = contacts.pop()!
    const key = withKey ? `${place.name} ${bytes}` : undefined
    // So that the server has a connection to the database, on which this statement is prepared.
    await insist(() => send(known))
    proxy.cutAfter(direction, bytes)
    const first = await send(contactId, key)
    if (!proxy.keep()) return cuts
    const again = await insist(() => send(contactId, key))
    cuts.push({ name: `${place.name}, byte ${bytes}`, contactId, withKey, first, again })
  }
}

/** As a client does that wants to know: again until there is an answer. */
async function insist(request: () => Promise<Answer | null>): Promise<Answer | null> {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    const answer = await request()
    if (answer?.status === 200 || Date.now() > end) return answer
  }
}

async function examine({ database, postgres }: Ground, cuts: Cut[]): Promise<CutReport> {
  await untilDispatched(database)
  const { rows } = await database.query<Effects>(EFFECTS, [cuts.map(({ contactId }) => contactId)])
  const effects = new Map(rows.map((row) => [row.contact_id, row]))
  const faults = cuts.flatMap((cut) => {
    const fault = faultOf(cut, effects.get(cut.contactId)!)
    return fault ? [`${cut.name}${cut.withKey ? ', with a key' : ''}: ${fault}`] : []
  })
  faults.push(...(await brokenRules(postgres.url)))
  const madeUnanswered = cuts.filter(
    ({ again, contactId }) => again?.headers['x-request-id'] !== effects.get(contactId)!.request_id,
  ).length
  faults.push(...missed('every grant that was made was also answered', madeUnanswered > 0))
  return findings(faults, {
    cuts: cuts.length,
    madeUnanswered,
    first: countBy(cuts, ({ first }) => String(first?.status ?? 'broken')),
  })
}

interface Effects {
  contact_id: string
  grant_id: string | null
  /** Which request made the grant. */
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
  if (again?.status !== 200) return `sent again, it came to ${again?.status ?? 'a broken connection'}`
  const wasMadeBefore = request_id !== again.headers['x-request-id']
  const isReplayed = again.headers['idempotent-replayed'] === 'true'
  const [told] = JSON.parse(again.text).meta.offers
  if (isReplayed !== (withKey && wasMadeBefore))
    return `made before: ${wasMadeBefore}, replayed: ${isReplayed}`
  if ((told.status === 'already_granted') !== (wasMadeBefore && !withKey)) return `answered ${told.status}`
  if (told.status === 'granted' && told.grant_id !== grant_id)
    return `answered another grant, ${told.grant_id}`
  return null
}
