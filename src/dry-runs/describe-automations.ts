import { describeSteps, type Viewer } from '../automations/describe-steps.ts'
import type { StopReason } from '../automations/run.ts'
import { type Simulated, simulateRuns } from '../automations/simulate-runs.ts'
import { type ExplainedCondition, unmetSentences } from '../people/contacts/explain-condition.ts'
import type { App } from '../platform/app.ts'
import { anyOf, type Tx } from '../platform/db/database.ts'
import type { DispatchedEvent } from '../platform/events/dispatch-events.ts'
import { confinedIdOf } from '../platform/events/events.ts'
import { isPermitted } from '../platform/http/authenticate.ts'
import type { Effect } from './effect.ts'
import { type Reactions, runsToCome } from './preview-reactions.ts'

/** The automations that would start, with their steps; then those that would, if they were not disabled. */
export async function describeAutomations(
  app: App,
  tx: Tx,
  events: DispatchedEvent[],
  runs: Reactions['runs'],
  viewer: Viewer,
): Promise<Effect[]> {
  const now = app.clock.now()
  const disabled = await disabledAutomations(tx, events, now)
  const siteId = events[0]!.site_id
  const simulated = await simulateRuns(app, tx, runsToCome(siteId, runs), now)
  const typeOf = new Map(events.map(({ id, type }) => [id, type]))
  const started: Effect[] = []
  for (const [index, run] of runs.entries())
    started.push(await describe(tx, siteId, run, typeOf.get(run.event_id)!, simulated[index]!, viewer, now))
  return [...started, ...disabled]
}

async function describe(
  tx: Tx,
  siteId: string,
  { automation_id, name, definition }: Reactions['runs'][number],
  event: string,
  { stop, conditions, steps }: Simulated,
  viewer: Viewer,
  now: Date,
): Promise<Effect> {
  const mayView = isPermitted(viewer.permissions, 'view:automations')
  const shown = mayView && isPermitted(viewer.permissions, 'view:contacts') ? conditions : null
  return {
    effect: 'automation',
    happens: stop === null,
    reason: stop,
    at: now.toISOString(),
    event,
    automation_id,
    automation_name: name,
    conditions: shown,
    steps: mayView ? await describeSteps(tx, siteId, definition, steps, viewer) : [],
    sentence: stop
      ? `The automation "${name}" would not run after ${event}: ${reasonInWords(stop, shown)}.`
      : `The automation "${name}" would run after ${event}.`,
  }
}

function reasonInWords(stop: StopReason, conditions: ExplainedCondition | null): string {
  if (stop !== 'conditions_not_met') return stop.replaceAll('_', ' ')
  const unmet = conditions ? unmetSentences(conditions) : []
  return ['its conditions are not met', ...unmet].join('. ').replace(/\.$/, '')
}

/** The automations that would start, if they were not disabled. */
export async function disabledAutomations(tx: Tx, events: DispatchedEvent[], now: Date): Promise<Effect[]> {
  const automations = await tx
    .selectFrom('automations')
    .select(['id', 'name', 'trigger', 'resource_id'])
    .where('site_id', '=', anyOf(events.map(({ site_id }) => site_id)))
    .where('trigger', 'in', [...new Set(events.map(({ type }) => type))])
    .where('deleted_at', 'is', null)
    .where('disabled_at', 'is not', null)
    .orderBy('id')
    .execute()
  return events.flatMap((event) =>
    automations
      .filter(
        ({ trigger, resource_id }) =>
          trigger === event.type && (resource_id === null || resource_id === confinedIdOf(event)),
      )
      .map(
        ({ id, name }): Effect => ({
          effect: 'automation',
          happens: false,
          reason: 'disabled',
          at: now.toISOString(),
          event: event.type,
          automation_id: id,
          automation_name: name,
          sentence: `The automation "${name}" would not run after ${event.type}: it is disabled.`,
        }),
      ),
  )
}
