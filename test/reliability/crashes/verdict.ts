/** Holds what was acknowledged against what the database has. */
import type pg from 'pg'
import { readTraces, type Trace, toldBy } from './effects.ts'
import { expectedEmails, readEmails } from './expected-emails.ts'
import { acknowledged, inDoubt, type Journal, type Operation, type Request, unfinished } from './journal.ts'
import type { Backlog } from './settle.ts'

export interface Verdict {
  /** Acknowledged, and not there. */
  lost: string[]
  /** There, and more often than it was asked for. */
  doubled: string[]
  /** Begun, and never ended. */
  stuck: string[]
  /** Requests without a key and without an answer that had taken effect. */
  tookEffect: number
}

/**
 * Accounts for every effect: each belongs to one acknowledged request, or to one that was never answered.
 *
 * @param gifts ids of the offers that send an e-mail with each grant
 */
export async function judge(
  client: pg.Client,
  journal: Journal,
  backlog: Backlog,
  gifts: string[],
): Promise<Verdict> {
  const verdict: Verdict = { lost: [], doubled: [], stuck: [], tookEffect: 0 }
  const traces = await readTraces(client)
  const emailOf = await readContacts(client)
  compareContacts(journal, emailOf, verdict)
  compareTraces(journal, traces, verdict)
  explainRest(journal, traces, emailOf, verdict)
  await compareEmails(client, journal, gifts, verdict)
  verdict.stuck.push(
    ...unfinished(journal).map(({ kind, key }) => `${kind} with the key ${key} was never acknowledged`),
    ...Object.entries(backlog).flatMap(([what, count]) => (count > 0 ? [`${count} ${what} wait`] : [])),
  )
  return verdict
}

async function readContacts(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ id: string; email: string }>('select id, email from contacts')
  return new Map(rows.map(({ id, email }) => [id, email]))
}

function compareContacts(journal: Journal, emailOf: Map<string, string>, { lost, doubled }: Verdict): void {
  const times = Map.groupBy(emailOf.values(), (email) => email)
  for (const { answer, email } of acknowledged(journal)) {
    if (answer!.status !== 201) continue
    const { id } = answer!.body.data
    if (emailOf.get(id) !== email) lost.push(`contact ${id} (${email})`)
    if ((times.get(email!)?.length ?? 0) > 1) doubled.push(`contact of ${email}`)
  }
}

/** Takes from `traces` what acknowledged requests did. */
function compareTraces(journal: Journal, traces: Map<string, Trace>, verdict: Verdict): void {
  const told = acknowledged(journal).map((operation) => ({ operation, effects: toldBy(operation) }))
  for (const { operation, effects } of told.filter(({ operation }) => !operation.answer!.isReplay)) {
    take(operation, effects, operation.answer!.requestId)
  }
  // The answer repeats one that never came, so the request that did it is found by what it did.
  const requests = Map.groupBy(traces.keys(), (request) => traces.get(request)!.effects.join())
  for (const { operation, effects } of told.filter(({ operation }) => operation.answer!.isReplay)) {
    take(operation, effects, requests.get(effects.join())?.pop())
  }

  function take(operation: Operation, effects: string[], request: string | undefined): void {
    const found = traces.get(request ?? '')?.effects ?? []
    verdict.lost.push(...without(effects, found).map((effect) => `${operation.kind}: ${effect}`))
    verdict.doubled.push(...without(found, effects).map((effect) => `${operation.kind}: ${effect}`))
    if (request) traces.delete(request)
  }
}

/** What `list` has more of than `other`. */
function without(list: string[], other: string[]): string[] {
  const rest = [...other]
  return list.filter((item) => {
    const place = rest.indexOf(item)
    if (place !== -1) rest.splice(place, 1)
    return place === -1
  })
}

/** What each method can lead to. */
const CAN_DO: Record<Request['method'], string[]> = {
  POST: ['contact_created', 'customer_created', 'offer_granted'],
  DELETE: ['offer_revoked'],
  PATCH: ['customer_created', 'offer_granted', 'offer_revoked'],
}

/** What is left was done by requests without a key that were never answered, each at most once. */
function explainRest(
  journal: Journal,
  traces: Map<string, Trace>,
  emailOf: Map<string, string>,
  verdict: Verdict,
): void {
  const mayHaveDone = ({ request, contactId, email }: Operation, trace: Trace) =>
    (contactId === null ? email === emailOf.get(trace.contactId) : contactId === trace.contactId) &&
    [...trace.types].every((type) => CAN_DO[request.method].includes(type))
  // Those that can have done most come last, so that they are left for what nobody else can have done.
  const doubts = Map.groupBy(inDoubt(journal), ({ request }) => request.method === 'PATCH')
  const left = [...(doubts.get(false) ?? []), ...(doubts.get(true) ?? [])]
  for (const trace of traces.values()) {
    const place = left.findIndex((operation) => mayHaveDone(operation, trace))
    if (place === -1) {
      verdict.doubled.push(`by nobody: ${trace.effects.join()}`)
      continue
    }
    left.splice(place, 1)
    verdict.tookEffect += 1
  }
}

async function compareEmails(
  client: pg.Client,
  journal: Journal,
  gifts: string[],
  { lost, doubled }: Verdict,
): Promise<void> {
  const found = await readEmails(client)
  for (const operation of acknowledged(journal)) {
    for (const [email, count] of expectedEmails(operation, gifts)) {
      const there = found.get(email) ?? 0
      if (there < count) lost.push(`e-mail ${email}`)
      if (there > count) doubled.push(`e-mail ${email}, ${there} times`)
    }
  }
}
