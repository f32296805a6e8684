/** What would happen, or would not, and why: an element of `meta.effects`. */

import { type Static, type TSchema, Type } from 'typebox'
import { Conditions } from '../automations/automation-tests.routes.ts'
import { StepToComeSchema } from '../automations/describe-steps.ts'
import { eventTypes } from '../platform/events/events.ts'
import { component } from '../platform/jsonapi/documented.ts'
import { NullableText, NullableTime } from '../platform/jsonapi/nullable.ts'

const text = (description: string) => Type.Optional(Type.String({ description }))
const maybeText = (description: string) => Type.Optional(NullableText({ description }))
const maybeTime = (description: string) => Type.Optional(NullableTime({ description }))

export const EffectSchema = component(
  'Effect',
  Type.Object({
    effect: Type.Unsafe<string>({
      type: 'string',
      enum: [...eventTypes, 'email', 'webhook', 'automation'],
      description: 'The type of the event that would be recorded, or what would follow from it',
    }),
    happens: Type.Boolean({ description: 'false: it would not happen, for this `reason`' }),
    reason: NullableText(),
    sentence: Type.String({ description: 'The same in words' }),
    at: Type.String({ format: 'date-time' }),
    event: text('What it would follow from: the type of an event'),
    offer_id: text('Of an event about an offer'),
    starts_at: maybeTime('When access would begin'),
    expires_at: maybeTime('When access would end; null: it would not'),
    previous_expires_at: maybeTime('When access ends now'),
    ending_notice_at: maybeTime('When the end of access would be announced'),
    kept_products: Type.Optional(
      Type.Array(
        Type.Object({ id: Type.String(), title: Type.String(), through: Type.Array(Type.String()) }),
        { description: 'Products of a revoked offer that stay accessible, through these other offers' },
      ),
    ),
    kind: text('Of an e-mail'),
    status: text('Of an e-mail: `sent`, `kept` in the outbox without a mail server, or `failed`'),
    to_email: maybeText('Requires `view:emails`'),
    subject: maybeText('Requires `view:emails`'),
    hook_id: text('Of a webhook'),
    target_url: maybeText('Requires `view:hooks`'),
    automation_id: text('Of an automation'),
    automation_name: text('Of an automation'),
    conditions: Type.Optional(Conditions as TSchema),
    steps: Type.Optional(
      Type.Array(StepToComeSchema, {
        description: 'What each step would do, with its time. Requires `view:automations`.',
      }),
    ),
  }),
)

export type Effect = Static<typeof EffectSchema>
