/** What each act is on the server: which request it sends, and what the reply says in the words of the model. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { MovableClock } from '../../../src/platform/clock/clock.ts'
import type { Act, ActOf, Answer, ChangeOffers, ContactName, Do } from '../acts.ts'
import { type Change, contactAnswer, offersAnswer, refusal, replayed } from '../words.ts'
import { lookAround } from './look-around.ts'
import type { Method, Reply, Stage } from './stage.ts'

const HOUR_MS = 3_600_000

/** Does it, and returns what reads the answer once all is done that was begun at the same time. */
export function perform(stage: Stage, what: Act): Promise<() => Answer> {
  const performer = performers[what.do] as (stage: Stage, what: Act) => Promise<() => Answer>
  return performer(stage, what)
}

const performers: { [Which in Do]: (stage: Stage, what: ActOf<Which>) => Promise<() => Answer> } = {
  async create(stage, { as, attributes, key }) {
    const reply = await send(stage, 'POST', '/v1/contacts', { data: { type: 'contacts', attributes } }, key)
    stage.meet(as, reply)
    return reading(reply, () => contactIn(stage, reply))
  },

  async update(stage, { who, attributes, key }) {
    const body = { data: { type: 'contacts', attributes } }
    const reply = await send(stage, 'PATCH', `/v1/contacts/${stage.contactId(who)}`, body, key)
    return reading(reply, () => contactIn(stage, reply))
  },

  async delete(stage, { who, key }) {
    const reply = await send(stage, 'DELETE', `/v1/contacts/${stage.contactId(who)}`, undefined, key)
    return reading(reply, () => '200 deleted')
  },

  grant: changing('POST'),
  revoke: changing('DELETE'),
  replace: changing('PATCH'),

  // There is no operation for it.
  async archive(stage, { offer }) {
    const { app } = stage.h
    const values = [stage.offerId(offer), app.clock.now()]
    await app.pool.query('update offers set archived_at = $2 where id = $1', values)
    return () => 'done'
  },

  async wait({ h }, { hours }) {
    await (h.app.clock as MovableClock).advance(h.app.db, hours * HOUR_MS)
    return () => 'done'
  },

  // Rendering has a limit in time. On a busy machine an e-mail may need another attempt, which comes at once here.
  async settle({ h }) {
    const tryAgain = () =>
      h.app.pool.query("update emails set due_at = $1 where status = 'pending' and due_at > $1", [
        h.app.clock.now(),
      ])
    do await h.drain()
    while ((await tryAgain()).rowCount)
    return () => 'done'
  },

  async look(stage) {
    const answer = await lookAround(stage)
    return () => answer
  },
}

function changing(method: Method) {
  return async (stage: Stage, { door, who, offers, meta, key }: ChangeOffers) => {
    const id = door === 'contacts' ? stage.contactId(who) : stage.customerId(who)
    const data = offers.map((offer) => ({ type: 'offers', id: stage.offerId(offer) }))
    const reply = await send(stage, method, `/v1/${door}/${id}/relationships/offers`, { data, meta }, key)
    return reading(reply, () => offersAnswer(changeIn(stage, who, reply)))
  }
}

async function send(stage: Stage, method: Method, path: string, body?: object, key?: string): Promise<Reply> {
  for (;;) {
    const reply = await stage.send(method, path, body, key)
    // The first request with the key still runs: that is no answer yet.
    const retryAfter = reply.status === 409 && reply.headers['retry-after']
    if (!retryAfter) return reply
    await sleep(Number(retryAfter) * 1_000)
  }
}

function reading(reply: Reply, read: () => Answer): () => Answer {
  return () => {
    if (reply.status >= 400) {
      const { code, source = {} } = reply.body.errors[0]
      return refusal(reply.status, code, source.pointer ?? source.header)
    }
    return reply.headers['idempotent-replayed'] ? replayed(read()) : read()
  }
}

function contactIn(stage: Stage, { status, body }: Reply): Answer {
  const { id, attributes } = body.data
  return contactAnswer(status, stage.contactName(id), attributes)
}

function changeIn(stage: Stage, who: ContactName, { body: { data, meta } }: Reply): Change {
  const outcomes: Outcome[] = meta.offers ?? []
  const those = (status: Outcome['status']) => outcomes.filter((outcome) => outcome.status === status)
  const names = (list: { id: string }[]) => list.map(({ id }) => stage.offerName(id))
  return {
    held: names(data),
    customer: meta.customer_id && stage.customerName(meta.customer_id),
    isNew: meta.customer_created,
    granted: those('granted').map((outcome) => grantTold(stage, who, outcome)),
    already: names(those('already_granted')),
    revoked: meta.revoked?.map((id: string) => stage.offerName(id)),
  }
}

interface Outcome {
  id: string
  status: 'granted' | 'already_granted'
  grant_id?: string
  event_id?: string
}

/** The name of the offer, when the answer tells the truth about the grant and its event. */
function grantTold(stage: Stage, who: ContactName, { id, grant_id, event_id }: Outcome): string {
  const name = stage.offerName(id)
  const grant = stage.rows.grants.find((row) => row.id === grant_id && row.offer_id === id)
  const event = stage.rows.events.find((row) => row.id === event_id && row.offer_id === id)
  if (!grant || stage.customerName(grant.customer_id) !== who) return `${name} without a grant`
  return event?.type === 'offer_granted' ? name : `${name} without an event`
}
