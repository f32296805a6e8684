import type pg from 'pg'
import { grantsIn } from './effects.ts'
import type { Operation } from './journal.ts'

/** How many e-mails of which kind the events of an acknowledged operation must have sent. */
export function expectedEmails(
  { answer, isWelcome, isConfirmed }: Operation,
  gifts: string[],
): [string, number][] {
  if (answer!.status !== 200) return []
  const { customer_event_id, offers = [] } = answer!.body.meta
  return [
    ...(customer_event_id ? [one('welcome', customer_event_id, isWelcome)] : []),
    ...grantsIn(offers).flatMap(({ id, event_id }) => [
      one('gift', event_id, gifts.includes(id)),
      one('offer_grant', event_id, isConfirmed),
    ]),
  ]
}

const one = (kind: string, event: string, isDue: boolean): [string, number] => [
  `${kind} of event ${event}`,
  Number(isDue),
]

/** How many e-mails were written, by kind and cause. Those that failed do not count. */
export async function readEmails(client: pg.Client): Promise<Map<string, number>> {
  const { rows } = await client.query<{ kind: string; event_id: string; count: number }>(
    `select kind, event_id, count(*)::int from emails where status <> 'failed' group by kind, event_id`,
  )
  return new Map(rows.map(({ kind, event_id, count }) => [`${kind} of event ${event_id}`, count]))
}
