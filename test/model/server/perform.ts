/** Executes commands on the server: sends their requests, and formats the responses as the model does. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { MovableClock } from '../../../src/platform/clock/clock.ts'
import type { ChangeOffers, Command, CommandOf, CommandType, ContactName, Meta, Result } from '../commands.ts'
import {
  type Change,
  contactResult,
  foundResult,
  grantResult,
  mergedResult,
  offersResult,
  refusal,
  replayed,
} from '../format.ts'
import { readContacts } from './read-contacts.ts'
import { type Method, NO_ID, type ServerResponse, type TestSite } from './test-site.ts'

const HOUR_MS = 3_600_000

/** Executes a command. @returns a function that reads its result, to be called when all concurrent commands have ended */
export function perform(site: TestSite, command: Command): Promise<() => Result> {
  const performer = performers[command.type] as (site: TestSite, command: Command) => Promise<() => Result>
  return performer(site, command)
}

const performers: {
  [Which in CommandType]: (site: TestSite, command: CommandOf<Which>) => Promise<() => Result>
} = {
  async create(site, { as, attributes, key }) {
    const response = await send(site, 'POST', '/v1/contacts', { data: { type: 'contacts', attributes } }, key)
    site.remember(as, response)
    return resultOf(response, () => contactIn(site, response))
  },

  async update(site, { who, attributes, key }) {
    const body = { data: { type: 'contacts', attributes } }
    const response = await send(site, 'PATCH', `/v1/contacts/${site.contactId(who)}`, body, key)
    return resultOf(response, () => contactIn(site, response))
  },

  async delete(site, { who, key }) {
    const response = await send(site, 'DELETE', `/v1/contacts/${site.contactId(who)}`, undefined, key)
    return resultOf(response, () => '200 deleted')
  },

  async merge(site, { into, from, key }) {
    const body = { data: { type: 'contacts', id: site.contactId(from) } }
    const response = await send(site, 'POST', `/v1/contacts/${site.contactId(into)}/merge`, body, key)
    return resultOf(response, () => {
      const { data, meta } = response.body
      return mergedResult(site.contactName(data.id), data.attributes, meta.moved)
    })
  },

  grant: changing('POST'),
  revoke: changing('DELETE'),
  replace: changing('PATCH'),

  async period(site, { grant, starts_at, expires_at }) {
    const attributes = {
      ...(starts_at !== undefined && { starts_at: site.time(starts_at) }),
      ...(expires_at !== undefined && { expires_at: timeOrNull(site, expires_at) }),
    }
    const id = grant ? site.grantId(grant) : NO_ID
    const body = { data: { type: 'grants', attributes } }
    const response = await send(site, 'PATCH', `/v1/grants/${id}`, body)
    return resultOf(response, () => grantShown(site, response))
  },

  async find(site, { email }) {
    const query = new URLSearchParams({ 'filter[email]': email })
    const response = await send(site, 'GET', `/v1/contacts?${query}`)
    return resultOf(response, () =>
      foundResult(response.body.data.map(({ id }: { id: string }) => site.contactName(id))),
    )
  },

  // In the database: the operation for it is not part of the model.
  async archive(site, { offer }) {
    const { app } = site.h
    const values = [site.offerId(offer), app.clock.now()]
    await app.pool.query('update offers set archived_at = $2 where id = $1', values)
    return () => 'done'
  },

  async wait({ h }, { hours }) {
    await (h.app.clock as MovableClock).advance(h.app.db, hours * HOUR_MS)
    return () => 'done'
  },

  // Rendering has a time limit. On a busy machine an e-mail may need another attempt, which is made due here.
  async settle({ h }) {
    const makeRetriesDue = () =>
      h.app.pool.query("update emails set due_at = $1 where status = 'pending' and due_at > $1", [
        h.app.clock.now(),
      ])
    do await h.drain()
    while ((await makeRetriesDue()).rowCount)
    return () => 'done'
  },

  async read(site) {
    const result = await readContacts(site)
    return () => result
  },
}

function changing(method: Method) {
  return async (site: TestSite, { parent, who, offers, meta, key }: ChangeOffers) => {
    const id = parent === 'contacts' ? site.contactId(who) : site.customerId(who)
    const data = offers.map((offer) => ({ type: 'offers', id: site.offerId(offer) }))
    const body = { data, meta: meta && metaOf(site, meta) }
    const response = await send(site, method, `/v1/${parent}/${id}/relationships/offers`, body, key)
    return resultOf(response, () => offersResult(changeIn(site, who, response)))
  }
}

const timeOrNull = (site: TestSite, hours: number | null) => (hours === null ? null : site.time(hours))

const metaOf = (site: TestSite, { expires_at, ...meta }: Meta) => ({
  ...meta,
  ...(expires_at !== undefined && { expires_at: timeOrNull(site, expires_at) }),
})

async function send(
  site: TestSite,
  method: Method,
  path: string,
  body?: object,
  key?: string,
): Promise<ServerResponse> {
  for (;;) {
    const response = await site.send(method, path, body, key)
    // The first request with the key is still running: send it again later.
    const retryAfter = response.status === 409 && response.headers['retry-after']
    if (!retryAfter) return response
    await sleep(Number(retryAfter) * 1_000)
  }
}

function resultOf(response: ServerResponse, read: () => Result): () => Result {
  return () => {
    if (response.status >= 400) {
      const { code, source = {} } = response.body.errors[0]
      return refusal(response.status, code, source.pointer ?? source.header)
    }
    return response.headers['idempotent-replayed'] ? replayed(read()) : read()
  }
}

function contactIn(site: TestSite, { status, body }: ServerResponse): Result {
  const { id, attributes } = body.data
  return contactResult(status, site.contactName(id), attributes)
}

function changeIn(site: TestSite, who: ContactName, { body: { data, meta } }: ServerResponse): Change {
  const outcomes: OfferOutcome[] = meta.offers ?? []
  const having = (status: OfferOutcome['status']) => outcomes.filter((outcome) => outcome.status === status)
  const names = (list: { id: string }[]) => list.map(({ id }) => site.offerName(id))
  return {
    held: names(data),
    customer: meta.customer_id && site.customerName(meta.customer_id),
    isNew: meta.customer_created,
    granted: having('granted').map((outcome) => grantIn(site, who, outcome)),
    renewed: having('renewed').map((outcome) => grantIn(site, who, outcome)),
    already: names(having('already_granted')),
    revoked: meta.revoked?.map((id: string) => site.offerName(id)),
    ends: outcomes.map(({ id, expires_at }) => [
      site.offerName(id),
      expires_at === null ? null : site.hour(expires_at),
    ]),
  }
}

interface OfferOutcome {
  id: string
  status: 'granted' | 'renewed' | 'already_granted'
  expires_at: string | null
  grant_id?: string
  event_id?: string
}

/** The name of the offer, with a remark when the response names a grant or an event that does not exist. */
function grantIn(site: TestSite, who: ContactName, { id, status, grant_id, event_id }: OfferOutcome): string {
  const name = site.offerName(id)
  const grant = site.rows.grants.find((row) => row.id === grant_id && row.offer_id === id)
  const event = site.rows.events.find((row) => row.id === event_id && row.offer_id === id)
  if (!grant || site.customerName(grant.customer_id) !== site.survivorOf(who))
    return `${name} without a grant`
  const types = status === 'granted' ? ['offer_granted'] : ['access_extended', 'access_changed']
  return event && types.includes(event.type) ? name : `${name} without an event`
}

function grantShown(site: TestSite, { body }: ServerResponse): Result {
  const { id, attributes } = body.data
  const row = site.rows.grants.find((one) => one.id === id)!
  return grantResult({
    who: site.customerName(row.customer_id),
    offer: site.offerName(row.offer_id),
    from: site.hour(attributes.starts_at),
    until: attributes.expires_at === null ? null : site.hour(attributes.expires_at),
  })
}
