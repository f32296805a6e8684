/** What a change for many contacts would do: the effects of each of them, counted. */

import { type Static, Type } from 'typebox'
import type { Viewer } from '../automations/describe-steps.ts'
import { findStops } from '../automations/simulate-runs.ts'
import type { RowEffects, Unchanged } from '../bulk/row-effects.ts'
import type { App } from '../platform/app.ts'
import type { Tx } from '../platform/db/database.ts'
import type { DispatchedEvent } from '../platform/events/dispatch-events.ts'
import { eventTypes } from '../platform/events/events.ts'
import { component } from '../platform/jsonapi/documented.ts'
import { NullableText } from '../platform/jsonapi/nullable.ts'
import { type Name, namesOf } from '../platform/references/names-of.ts'
import { sentenceOfChange, sentenceOfReaction } from './counted-sentences.ts'
import { disabledAutomations } from './describe-automations.ts'
import { omittedEmails } from './describe-emails.ts'
import { describeWebhooks } from './describe-webhooks.ts'
import { previewReactions, type Reactions, runsToCome } from './preview-reactions.ts'

const text = (description: string) => Type.Optional(Type.String({ description }))

export const CountedEffectSchema = component(
  'CountedEffect',
  Type.Object({
    effect: Type.Unsafe<string>({
      type: 'string',
      enum: [...eventTypes, 'email', 'webhook', 'automation'],
      description: 'The type of the events that would be recorded, or what would follow from them',
    }),
    happens: Type.Boolean({ description: 'false: it would not happen, for this `reason`' }),
    reason: NullableText(),
    count: Type.Integer({ description: 'How often' }),
    contacts: Type.Optional(
      Type.Integer({
        description: 'Of an event that is recorded or not: how many different contacts it is about',
      }),
    ),
    sentence: Type.String({ description: 'The same in words' }),
    event: text('What it would follow from: the type of an event'),
    offer_id: text('Of an event about an offer'),
    tag_id: text('Of an event about a tag'),
    kind: text('Of an e-mail'),
    status: text('Of an e-mail: `sent`, or `kept` in the outbox without a mail server'),
    hook_id: text('Of a webhook'),
    target_url: Type.Optional(NullableText({ description: 'Requires `view:hooks`' })),
    automation_id: text('Of an automation'),
    automation_name: text('Of an automation'),
  }),
)

export type CountedEffect = Static<typeof CountedEffectSchema>

/** An effect without how often it happens. */
export type Counted = Omit<CountedEffect, 'count' | 'contacts' | 'sentence'>

interface Count {
  effect: Counted
  count: number
  contacts: Set<string>
}

/**
 * Begins to count what a change for many contacts of a site would do. Runs of automations are counted as they begin;
 * what their steps do is left out.
 */
export function countEffects(app: App, siteId: string, viewer: Viewer): RowEffects {
  const counts = new Map<string, Count>()
  const count = (effect: Counted, contactId: string | null = null) => {
    const key = JSON.stringify(effect)
    const known = counts.get(key) ?? { effect, count: 0, contacts: new Set() }
    known.count++
    if (contactId !== null) known.contacts.add(contactId)
    counts.set(key, known)
  }
  return {
    async add(tx, events, unchanged) {
      for (const event of events) count(changeOf(event), event.contact_id)
      for (const each of unchanged) count(notChanged(each), each.contactId)
      for (const effect of await reactionsTo(app, tx, siteId, events, viewer)) count(effect)
    },
    async list(tx) {
      const all = [...counts.values()].sort((one, other) => placeOf(one.effect) - placeOf(other.effect))
      const nameOf = await namesOf(
        tx,
        siteId,
        all.flatMap(({ effect }) => namedBy(effect) ?? []),
      )
      return all.map(({ effect, count: times, contacts }) => {
        const named = namedBy(effect)
        return {
          ...effect,
          count: times,
          ...(!isReaction(effect) && { contacts: contacts.size }),
          sentence: isReaction(effect)
            ? sentenceOfReaction(effect, times)
            : sentenceOfChange(effect, contacts.size, named && nameOf(named)),
        }
      })
    },
  }
}

const REACTIONS = ['email', 'webhook', 'automation']

const isReaction = ({ effect }: Counted): boolean => REACTIONS.includes(effect)

/** In the order of the effects of one change. */
const placeOf = ({ effect, happens }: Counted): number =>
  2 * (REACTIONS.indexOf(effect) + 1) + (happens ? 0 : 1)

function namedBy({ offer_id, tag_id }: Counted): Name | null {
  if (offer_id) return { type: 'offers', id: offer_id }
  return tag_id ? { type: 'contact_tags', id: tag_id } : null
}

function changeOf({ type, offer_id, data }: DispatchedEvent): Counted {
  const { tag_id } = data as { tag_id?: string }
  return {
    effect: type,
    happens: true,
    reason: null,
    ...(offer_id && { offer_id }),
    ...(tag_id && { tag_id: String(tag_id) }),
  }
}

const notChanged = ({ contactId: _, ...unchanged }: Unchanged): Counted => ({ ...unchanged, happens: false })

async function reactionsTo(
  app: App,
  tx: Tx,
  siteId: string,
  events: DispatchedEvent[],
  viewer: Viewer,
): Promise<Counted[]> {
  if (events.length === 0) return []
  const now = app.clock.now()
  const { emails, deliveries, runs } = await previewReactions(tx, events, now)
  const typeOf = new Map(events.map(({ id, type }) => [id, type]))
  const sent = emails.map(({ event_id, kind }) => ({
    effect: 'email',
    happens: true,
    reason: null,
    event: typeOf.get(event_id)!,
    kind,
    status: app.mailer ? 'sent' : 'kept',
  }))
  const described = [
    ...omittedEmails(events, now.toISOString()),
    ...(await describeWebhooks(tx, events, deliveries, viewer, now)),
    ...(await disabledAutomations(tx, events, now)),
  ]
  return [
    ...sent,
    ...described.map(({ at: _, sentence: __, ...effect }) => effect),
    ...(await begun(tx, siteId, runs, typeOf, now)),
  ]
}

/** The runs that would begin, and those whose conditions are not met. */
async function begun(
  tx: Tx,
  siteId: string,
  runs: Reactions['runs'],
  typeOf: Map<string, string>,
  now: Date,
): Promise<Counted[]> {
  const stops = await findStops(tx, runsToCome(siteId, runs), now)
  return runs.map(({ id, event_id, automation_id, name }) => ({
    effect: 'automation',
    happens: !stops.has(id),
    reason: stops.get(id) ?? null,
    event: typeOf.get(event_id)!,
    automation_id,
    automation_name: name,
  }))
}
