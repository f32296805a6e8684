import { Select } from '@mantine/core'
import { isNameable } from '../../parts/resource-names.ts'
import { ResourceSelect } from '../../parts/resource-select.tsx'
import { t, textOr } from '../../texts/translate.ts'
import { BlockErrors } from './builder.tsx'
import type { Draft } from './draft.ts'
import { type Trigger, useParts } from './parts.ts'

export const triggerName = ({ event, occurs }: Pick<Trigger, 'event' | 'occurs'>): string =>
  textOr(`eventName.${event}`, occurs)

interface TriggerSentenceProps extends Pick<Draft, 'event' | 'resourceId'> {
  errors: Record<string, string>
  onChange: (changes: Pick<Draft, 'event' | 'resourceId'>) => void
}

/** "Offer granted: Studio Bundle". */
export function TriggerSentence({ event, resourceId, errors, onChange }: TriggerSentenceProps) {
  const { triggers, isAllowed } = useParts()
  const trigger = triggers.find((one) => one.event === event)
  const offered = triggers.filter((one) => one === trigger || isAllowed(one))
  const { event: eventError, resource_id: resourceError, ...others } = errors
  const type = trigger?.resource_type
  return (
    <>
      <BlockErrors messages={Object.values(others)} />
      <div className="sentence">
        <Select
          aria-label={t('automations.when')}
          searchable
          allowDeselect={false}
          data={offered.map((one) => ({ value: one.event, label: triggerName(one) }))}
          value={event}
          error={eventError}
          onChange={(chosen) => chosen !== null && onChange({ event: chosen, resourceId: null })}
        />
        {type && isNameable(type) && (
          <ResourceSelect
            type={type}
            aria-label={t('automations.restrictedTo')}
            placeholder={textOr(`automations.any.${type}`, t('automations.any'))}
            allowDeselect
            clearable
            value={resourceId ?? ''}
            error={resourceError}
            onChange={(id) => onChange({ event, resourceId: id })}
          />
        )}
      </div>
    </>
  )
}
