import { Type } from 'typebox'
import { NullableText, NullableTime } from '../../platform/jsonapi/nullable.ts'

const Time = Type.String({ format: 'date-time' })

const state = { status: Type.String(), attempts: Type.Integer(), created_at: Time }

const Email = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  ...state,
  sent_at: NullableTime(),
  failed_at: NullableTime(),
})

const Delivery = Type.Object({
  id: Type.String(),
  hook_id: Type.String(),
  event: Type.String(),
  ...state,
  due_at: NullableTime(),
  delivered_at: NullableTime(),
  failed_at: NullableTime(),
})

const RemovedDeliveries = Type.Unsafe<{ count: number; at: string } | null>({
  type: ['object', 'null'],
  properties: { count: { type: 'integer' }, at: { type: 'string', format: 'date-time' } },
  description:
    'Deliveries removed after their retention period (KEEP_DELIVERIES_DAYS): how many, and when the last one was removed. Null when none was removed.',
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
  automation: Type.Object({ id: Type.String(), name: NullableText() }),
  status: Type.String(),
  reason: NullableText(),
  error: NullableText(),
  created_at: Time,
  due_at: NullableTime(),
  ended_at: NullableTime(),
  steps: Type.Array(Step, { description: 'The steps that have finished' }),
  removed_webhook_deliveries: RemovedDeliveries,
})

export const Cause = Type.Object({
  event_id: Type.String(),
  type: Type.String(),
  at: Time,
  actor: Type.Object(
    { type: Type.String(), id: NullableText(), name: NullableText() },
    {
      description:
        '`api_key`, `user`, `customer` or `automation` with their ids, `inbound_url` with the id of the offer, or `cli`',
    },
  ),
  request_id: NullableText(),
  automation_run: Type.Unsafe<{ id: string; automation_id: string } | null>({
    type: ['object', 'null'],
    properties: { id: { type: 'string' }, automation_id: NullableText() },
    description: 'The automation run that recorded the event, if any',
  }),
})

export const TimelineEntry = Type.Object({
  ...Cause.properties,
  caused_by: NullableText({ description: 'The event that caused this one' }),
  offer_id: NullableText(),
  grant_id: NullableText({ description: 'This grant, or one that it caused' }),
  emails: Type.Array(Email),
  webhook_deliveries: Type.Array(Delivery),
  removed_webhook_deliveries: RemovedDeliveries,
  automation_runs: Type.Array(Run, { description: 'The runs that this event started' }),
})

export const Timeline = Type.Object({
  causes: Type.Array(Cause, {
    description:
      'The event that recorded the grant, followed by the events that led to it, up to the first one. Empty when the grant is older than the retention period of events.',
  }),
  entries: Type.Array(TimelineEntry, {
    description: 'The events of the grant and all events that they caused, directly or indirectly, in order',
  }),
  truncated: Type.Array(Type.String(), {
    description: 'What is not listed completely: `events`, `runs`, `steps`, `emails` or `deliveries`',
  }),
})
