import { Type } from 'typebox'

const Time = Type.String({ format: 'date-time' })
const MaybeTime = Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time' })
const MaybeText = Type.Unsafe<string | null>({ type: ['string', 'null'] })

const state = { status: Type.String(), attempts: Type.Integer(), created_at: Time }

const Email = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  ...state,
  sent_at: MaybeTime,
  failed_at: MaybeTime,
})

const Delivery = Type.Object({
  id: Type.String(),
  hook_id: Type.String(),
  event: Type.String(),
  ...state,
  due_at: MaybeTime,
  delivered_at: MaybeTime,
  failed_at: MaybeTime,
})

const RemovedDeliveries = Type.Unsafe<{ count: number; at: string } | null>({
  type: ['object', 'null'],
  properties: { count: { type: 'integer' }, at: { type: 'string', format: 'date-time' } },
  description:
    'Deliveries that are no longer kept (setting KEEP_DELIVERIES_DAYS): how many, and when the last of them was removed. Null when all there ever were are listed.',
})

const Step = Type.Object({
  position: Type.Integer(),
  action: Type.String(),
  state: Type.String(),
  detail: Type.Record(Type.String(), Type.Unknown()),
  done_at: Time,
  emails: Type.Array(Email),
  webhook_deliveries: Type.Array(Delivery),
})

export const Run = Type.Object({
  id: Type.String(),
  automation: Type.Object({ id: Type.String(), name: MaybeText }),
  status: Type.String(),
  reason: MaybeText,
  error: MaybeText,
  created_at: Time,
  due_at: MaybeTime,
  ended_at: MaybeTime,
  steps: Type.Array(Step, { description: 'Those that are over' }),
  removed_webhook_deliveries: RemovedDeliveries,
})

export const Cause = Type.Object({
  event_id: Type.String(),
  type: Type.String(),
  at: Time,
  actor: Type.Object(
    { type: Type.String(), id: MaybeText, name: MaybeText },
    {
      description:
        '`api_key`, `user`, `customer` or `automation` with their ids, `inbound_url` with the id of the offer, or `cli`',
    },
  ),
  request_id: MaybeText,
  automation_run: Type.Unsafe<{ id: string; automation_id: string } | null>({
    type: ['object', 'null'],
    properties: { id: { type: 'string' }, automation_id: MaybeText },
    description: 'The run that did it, when one did',
  }),
})

export const Happening = Type.Object({
  ...Cause.properties,
  caused_by: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'The event that led to this one',
  }),
  offer_id: MaybeText,
  grant_id: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'This grant, or a further one',
  }),
  emails: Type.Array(Email),
  webhook_deliveries: Type.Array(Delivery),
  removed_webhook_deliveries: RemovedDeliveries,
  automation_runs: Type.Array(Run, { description: 'What this event started' }),
})

export const Story = Type.Object({
  causes: Type.Array(Cause, {
    description:
      'How the grant came to be: the event that recorded it, then what led to that, up to the first. Empty when it is older than events are kept.',
  }),
  happened: Type.Array(Happening, {
    description: 'All that the grant caused, down the chain, and what became of the grant itself; in order',
  }),
  cut_off: Type.Array(Type.String(), {
    description: 'Of what there is more than is told: events, runs, steps, emails, deliveries',
  }),
})
