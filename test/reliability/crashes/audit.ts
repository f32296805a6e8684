/** Compares acknowledged requests with the database. */
import type pg from 'pg'
import { readTraces, reportedEffects, type Trace } from './effects.ts'
import { expectedEmails, readEmails } from './expected-emails.ts'
import { acknowledged, inDoubt, type Journal, type Operation, type Request, unfinished } from './journal.ts'
import type { Backlog } from './settle.ts'

export interface Audit {
  /** Acknowledged, but missing. */
  lost: string[]
  /** Present more often than requested. */
  doubled: string[]
  /** Still pending. */
  stuck: string[]
  /** Number of requests without a key and without a response that took effect. */
  tookEffect: number
}

/**
 * Accounts for every effect: each belongs to one acknowledged request, or to one that never got a response.
 *
 * @param gifts ids of the offers that send an e-mail with each grant
 */
export async function auditDatabase(
  client: pg.Client,
  journal: Journal,
  backlog: Backlog,
  gifts: string[],
): Promise<Audit> {
  const audit: Audit = { lost: [], doubled: [], stuck: [], tookEffect: 0 }
  const traces = await readTraces(client)
  const emailOf = await readContacts(client)
  compareContacts(journal, emailOf, audit)
  compareTraces(journal, traces, audit)
  explainRest(journal, traces, emailOf, audit)
  await compareEmails(client, journal, gifts, audit)
  audit.stuck.push(
    ...unfinished(journal).map(({ kind, key }) => `${kind} with the key ${key} was never acknowledged`),
    ...Object.entries(backlog).flatMap(([what, count]) =>
      count > 0 ? [`${count} ${what} are pending`] : [],
    ),
  )
  return audit
}

async function readContacts(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ id: string; email: string }>('select id, email from contacts')
  return new Map(rows.map(({ id, email }) => [id, email]))
}

function compareContacts(journal: Journal, emailOf: Map<string, string>, { lost, doubled }: Audit): void {
  const times = Map.groupBy(emailOf.values(), (email) => email)
  for (const { response, email } of acknowledged(journal)) {
    if (response!.status !== 201) continue
    const { id } = response!.body.data
    if (emailOf.get(id) !== email) lost.push(`contact ${id} (${email})`)
    if ((times.get(email!)?.length ?? 0) > 1) doubled.push(`contact of ${email}`)
  }
}

/** Removes the effects of acknowledged requests from `traces`. */
function compareTraces(journal: Journal, traces: Map<string, Trace>, audit: Audit): void {
  const reported = acknowledged(journal).map((operation) => ({
    operation,
    effects: reportedEffects(operation),
  }))
  for (const { operation, effects } of reported.filter(({ operation }) => !operation.response!.isReplay)) {
    take(operation, effects, operation.response!.requestId)
  }
  // A replayed response repeats one that was lost, so the original request is found by its effects.
  const requests = Map.groupBy(traces.keys(), (request) => traces.get(request)!.effects.join())
  for (const { operation, effects } of reported.filter(({ operation }) => operation.response!.isReplay)) {
    take(operation, effects, requests.get(effects.join())?.pop())
  }

  function take(operation: Operation, effects: string[], request: string | undefined): void {
    const found = traces.get(request ?? '')?.effects ?? []
    audit.lost.push(...without(effects, found).map((effect) => `${operation.kind}: ${effect}`))
    audit.doubled.push(...without(found, effects).map((effect) => `${operation.kind}: ${effect}`))
    if (request) traces.delete(request)
  }
}

/** The items of `list` that remain when each item of `other` has removed an equal one. */
function without(list: string[], other: string[]): string[] {
  const rest = [...other]
  return list.filter((item) => {
    const place = rest.indexOf(item)
    if (place !== -1) rest.splice(place, 1)
    return place === -1
  })
}

/** The types of events that each method can cause. */
const CAN_DO: Record<Request['method'], string[]> = {
  POST: ['contact_created', 'customer_created', 'offer_granted'],
  DELETE: ['offer_revoked'],
  PATCH: ['customer_created', 'offer_granted', 'offer_revoked'],
}

/** The remaining effects belong to requests without a key that got no response, each to at most one. */
function explainRest(
  journal: Journal,
  traces: Map<string, Trace>,
  emailOf: Map<string, string>,
  audit: Audit,
): void {
  const mayHaveDone = ({ request, contactId, email }: Operation, trace: Trace) =>
    (contactId === null ? email === emailOf.get(trace.contactId) : contactId === trace.contactId) &&
    [...trace.types].every((type) => CAN_DO[request.method].includes(type))
  // Requests with most possible effects come last, so that they remain for effects that no other request can have.
  const doubts = Map.groupBy(inDoubt(journal), ({ request }) => request.method === 'PATCH')
  const left = [...(doubts.get(false) ?? []), ...(doubts.get(true) ?? [])]
  for (const trace of traces.values()) {
    const place = left.findIndex((operation) => mayHaveDone(operation, trace))
    if (place === -1) {
      audit.doubled.push(`by no request: ${trace.effects.join()}`)
      continue
    }
    left.splice(place, 1)
    audit.tookEffect += 1
  }
}

async function compareEmails(
  client: pg.Client,
  journal: Journal,
  gifts: string[],
  { lost, doubled }: Audit,
): Promise<void> {
  const found = await readEmails(client)
  for (const operation of acknowledged(journal)) {
    for (const [email, count] of expectedEmails(operation, gifts)) {
      const written = found.get(email) ?? 0
      if (written < count) lost.push(`e-mail ${email}`)
      if (written > count) doubled.push(`e-mail ${email}, ${written} times`)
    }
  }
}
