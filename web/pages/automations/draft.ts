/** An automation as the builder edits it, and as the API has it. */
import type { AutomationAttributes } from '../../api/generated.ts'
import { conditionOf, EVERYBODY, type Filter, filterOfSegment } from '../contacts/filters/condition.ts'

export interface Step {
  /** Stays the same when the step is moved. */
  key: string
  action: string
  /** Its parameters, by their names; those without a value are not chosen yet. */
  values: Record<string, unknown>
}

export interface Draft {
  name: string
  event: string
  /** The offer, tag or form to which the trigger is restricted; null: all. */
  resourceId: string | null
  filter: Filter
  steps: Step[]
}

export type Saved = Required<AutomationAttributes>

export const EMPTY: Draft = {
  name: '',
  event: 'offer_granted',
  resourceId: null,
  filter: EVERYBODY,
  steps: [],
}

let steps = 0

export const newStep = (action: string, values: Step['values'] = {}): Step => ({
  key: `step-${++steps}`,
  action,
  values,
})

export const draftOf = ({ name, trigger, conditions, actions }: Saved): Draft => ({
  name,
  event: trigger.event,
  resourceId: trigger.resource_id ?? null,
  filter: conditions ? filterOfSegment({ where: conditions }).filter : EVERYBODY,
  steps: actions.map(({ action, ...values }) => newStep(action, values)),
})

/** The attributes of the API. */
export const attributesOf = ({ name, event, resourceId, filter, steps }: Draft) => ({
  name,
  trigger: { event, ...(resourceId !== null && { resource_id: resourceId }) },
  conditions: conditionOf(filter) ?? null,
  actions: steps.map(({ action, values }) => ({ action, ...values })),
})

/** Attributes that differ from those that are saved. */
export function changesOf(draft: Draft, saved: Draft): Partial<ReturnType<typeof attributesOf>> {
  const [now, before] = [attributesOf(draft), attributesOf(saved)]
  const names = Object.keys(now) as (keyof typeof now)[]
  return Object.fromEntries(
    names
      .filter((name) => JSON.stringify(now[name]) !== JSON.stringify(before[name]))
      .map((name) => [name, now[name]]),
  )
}
