/** Clients that grant offers whatever happens, and checks of the responses that they got. */
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { fetchToken } from './account.ts'
import { type ClientResponse, grantOf, post, type TrialEnvironment } from './trial-environment.ts'

export interface Sent {
  contactId: string
  response: ClientResponse | null
  /** On the clock of performance.now(). */
  begun: number
  ended: number
}

export interface Granting {
  sent: Sent[]
  stop: () => Promise<void>
}

const CLIENTS = 32
/** Pause after a refusal; shorter than Retry-After, so that there is load. */
const PAUSE_MS = 50

/** Starts clients, each of which grants an offer to one contact after the other. */
export async function startGranting({ account, contacts }: TrialEnvironment, url: string): Promise<Granting> {
  const token = await fetchToken(url, account)
  const agent = new Agent({ keepAlive: true })
  const sent: Sent[] = []
  let isOver = false
  const client = async () => {
    while (!isOver) {
      const contactId = contacts.pop()!
      const begun = performance.now()
      const response = await post(url, { token, agent, ...grantOf(contactId, account.offers[0]!) })
      sent.push({ contactId, response, begun, ended: performance.now() })
      if (response?.status !== 200) await sleep(PAUSE_MS)
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

export const isMade = ({ response }: Sent): boolean => response?.status === 200

/** Responses that a client cannot handle: all must be 200, or 503 with Retry-After. */
export function unexpectedResponses(sent: Sent[]): string[] {
  return sent.flatMap(({ response }) => {
    if (!response) return ['a request got no response']
    if (response.status === 200 || (response.status === 503 && response.headers['retry-after'])) return []
    return [`response ${response.status}: ${response.text}`]
  })
}

/** Grants that were acknowledged and are not in the database. */
export async function lostGrants(database: pg.Pool, sent: Sent[]): Promise<string[]> {
  const { rows } = await database.query(
    `select a.id from unnest($1::bigint[]) a (id) where not exists (
       select from offer_grants g join customers c on c.site_id = g.site_id and c.id = g.customer_id
        where c.contact_id = a.id)`,
    [sent.filter(isMade).map(({ contactId }) => contactId)],
  )
  return rows.map(({ id }) => `the grant to ${id} was acknowledged and is lost`)
}
