import { eventName } from '../../parts/effect-values.ts'
import { isNameable, type Nameable, useNames } from '../../parts/resource-names.ts'
import { t, textOr } from '../../texts/translate.ts'
import { conditionOf } from '../contacts/filters/condition.ts'
import { list, useDescriptions } from '../contacts/filters/describe.ts'
import { useFields } from '../contacts/filters/use-fields.ts'
import { draftOf, type Saved, type Step } from './draft.ts'
import { choiceName } from './parameter-field.tsx'
import { useParts } from './parts.ts'
import { actionName } from './step.tsx'
import './automations.css'

/** Which automation this is in words: when, only if, then. */
export function Definition(saved: Pick<Saved, 'trigger' | 'conditions' | 'actions'>) {
  const { event, resourceId, filter, steps } = draftOf({ name: '', ...saved } as Saved)
  const { triggers } = useParts()
  const fields = useFields()
  const describe = useDescriptions(filter, fields)
  const describeStep = useStepSentences(steps)
  const type = triggers.find((one) => one.event === event)?.resource_type
  const names = useNames(type && resourceId && isNameable(type) ? { [type]: [resourceId] } : {})
  return (
    <div className="definition">
      <p>
        <strong>{t('automations.when')}</strong> {eventName(event)}
        {type && resourceId && isNameable(type) && `: ${names(type, resourceId)}`}
      </p>
      {conditionOf(filter) && (
        <p>
          <strong>{t('automations.onlyIf')}</strong> {list(filter.match, filter.parts.map(describe))}
        </p>
      )}
      <ol className="definition-steps">
        {steps.map((step) => (
          <li key={step.key}>{describeStep(step)}</li>
        ))}
      </ol>
    </div>
  )
}

/** Steps in words: "Add the tag VIP", "Wait 2 days", "Wait 1 day". */
export function useStepSentences(
  steps: Pick<Step, 'action' | 'values'>[],
): (step: Pick<Step, 'action' | 'values'>) => string {
  const { actions } = useParts()
  const parametersOf = (action: string) => actions.find((one) => one.action === action)?.parameters ?? []
  const ids: Partial<Record<Nameable, string[]>> = {}
  for (const { action, values } of steps)
    for (const { name, resource_type: type } of parametersOf(action))
      if (type && isNameable(type) && values[name] !== undefined)
        ids[type] = [...(ids[type] ?? []), String(values[name])]
  const names = useNames(ids)
  return ({ action, values }) => {
    const words = parametersOf(action).flatMap(({ name, resource_type: type }) => {
      const value = values[name]
      if (value === undefined) return []
      if (type && isNameable(type)) return [names(type, String(value))]
      if (typeof value === 'boolean') return [textOr(`parameter.${name}.${value}`, `${name}: ${value}`)]
      return [choiceName(String(value), values)]
    })
    return [actionName(action), ...words].join(' ')
  }
}
