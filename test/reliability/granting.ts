/** Clients that grant offers whatever happens, and what must be true of what they were told. */
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { fetchToken } from './account.ts'
import { type Answer, type Ground, grantOf, post } from './ground.ts'

export interface Sent {
  contactId: string
  answer: Answer | null
  /** On the clock of performance.now(). */
  begun: number
  ended: number
}

export interface Granting {
  sent: Sent[]
  stop: () => Promise<void>
}

const CLIENTS = 32
/** What a client waits that was refused; shorter than Retry-After asks, so that there is load. */
const PAUSE_MS = 50

/** Each client grants an offer to one contact after the other. */
export async function startGranting({ account, contacts }: Ground, url: string): Promise<Granting> {
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

export const isMade = ({ answer }: Sent): boolean => answer?.status === 200

/** Answers that a client cannot do anything with: what is not granted says when to come back. */
export function strangeAnswers(sent: Sent[]): string[] {
  return sent.flatMap(({ answer }) => {
    if (!answer) return ['a request was not answered']
    if (answer.status === 200 || (answer.status === 503 && answer.headers['retry-after'])) return []
    return [`answered ${answer.status}: ${answer.text}`]
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
