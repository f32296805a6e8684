import type { Viewer } from '../automations/describe-steps.ts'
import { anyOf, type Tx } from '../platform/db/database.ts'
import type { DispatchedEvent } from '../platform/events/dispatch-events.ts'
import { confinedIdOf } from '../platform/events/events.ts'
import { isPermitted } from '../platform/http/authenticate.ts'
import { hookEventsOf } from '../webhooks/hook-events.ts'
import type { Effect } from './effect.ts'
import type { Reactions } from './preview-reactions.ts'

/** The hooks that would be called; then those that would be, if they were not disabled. */
export async function describeWebhooks(
  tx: Tx,
  events: DispatchedEvent[],
  deliveries: Reactions['deliveries'],
  viewer: Viewer,
  now: Date,
): Promise<Effect[]> {
  const at = now.toISOString()
  const typeOf = new Map(events.map(({ id, type }) => [id, type]))
  const shown = (url: string) => (isPermitted(viewer.permissions, 'view:hooks') ? url : null)
  const called = deliveries.map(
    ({ event_id, event, hook_id, target_url }): Effect => ({
      effect: 'webhook',
      happens: true,
      reason: null,
      at,
      event: typeOf.get(event_id)!,
      hook_id,
      target_url: shown(target_url),
      sentence: `The hook ${hook_id}${shown(target_url) ? ` at ${target_url}` : ''} would be notified of ${event}.`,
    }),
  )
  return [...called, ...(await disabledOnes(tx, events, at, shown))]
}

async function disabledOnes(
  tx: Tx,
  events: DispatchedEvent[],
  at: string,
  shown: (url: string) => string | null,
): Promise<Effect[]> {
  const hooks = await tx
    .selectFrom('hooks')
    .select(['id', 'event', 'resource_id', 'target_url'])
    .where('site_id', '=', anyOf(events.map(({ site_id }) => site_id)))
    .where('event', 'in', [...new Set(['', ...events.flatMap(hookEventsOf)])])
    .where('deleted_at', 'is', null)
    .where('disabled_at', 'is not', null)
    .orderBy('id')
    .execute()
  return events.flatMap((event) =>
    hooks
      .filter(
        (hook) =>
          (hookEventsOf(event) as string[]).includes(hook.event) &&
          (hook.resource_id === null || hook.resource_id === confinedIdOf(event)),
      )
      .map(
        ({ id, event: name, target_url }): Effect => ({
          effect: 'webhook',
          happens: false,
          reason: 'hook_disabled',
          at,
          event: event.type,
          hook_id: id,
          target_url: shown(target_url),
          sentence: `The hook ${id} would not be notified of ${name}: it is disabled.`,
        }),
      ),
  )
}
