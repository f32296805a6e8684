import type pg from 'pg'
import { grantsIn } from './effects.ts'
import type { Operation } from './journal.ts'

/** The number of e-mails of each kind that the events of an acknowledged operation must have sent. */
export function expectedEmails(
  { response, isWelcome, isConfirmed }: Operation,
  gifts: string[],
): [string, number][] {
  if (response!.status !== 200) return []
  const { customer_event_id, offers = [] } = response!.body.meta
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

/** The number of written e-mails by kind and cause, without failed ones. */
export async function readEmails(client: pg.Client): Promise<Map<string, number>> {
  const { rows } = await client.query<{ kind: string; event_id: string; count: number }>(
    `select kind, event_id, count(*)::int from emails where status <> 'failed' group by kind, event_id`,
  )
  return new Map(rows.map(({ kind, event_id, count }) => [`${kind} of event ${event_id}`, count]))
}
