import { Button, SegmentedControl } from '@mantine/core'
import { CloseIcon, PlusIcon } from '../../../parts/icons.tsx'
import { t } from '../../../texts/translate.ts'
import { type Filter, type Group, isGroup, isRule, type Part } from './condition.ts'
import { type Field, ruleOf } from './fields.ts'
import { RuleRow } from './rule-row.tsx'
import './filters.css'

interface FilterBuilderProps {
  fields: Field[]
  filter: Filter
  onChange: (filter: Filter) => void
}

/** Rules and groups of rules, of which a contact meets all or any. */
export function FilterBuilder({ fields, filter, onChange }: FilterBuilderProps) {
  return (
    <div className="filter-builder">
      <Parts fields={fields} group={filter} onChange={onChange as (group: Group<Part>) => void} canGroup />
    </div>
  )
}

interface PartsProps {
  fields: Field[]
  group: Group<Part>
  onChange: (group: Group<Part>) => void
  /** Groups are one level deep. */
  canGroup?: boolean
}

function Parts({ fields, group, onChange, canGroup = false }: PartsProps) {
  const { match, parts } = group
  const set = (changed: Part[]) => onChange({ match, parts: changed })
  const replace = (index: number, ...by: Part[]) => set(parts.toSpliced(index, 1, ...by))
  const newRule = () => ruleOf(fields[0]!.operators[0]!)
  return (
    <>
      {parts.length > 1 && (
        <SegmentedControl
          size="xs"
          aria-label={t('filter.match')}
          data={[
            { value: 'all', label: t('filter.all') },
            { value: 'any', label: t('filter.any') },
          ]}
          value={match}
          onChange={(value) => onChange({ match: value as Group['match'], parts })}
        />
      )}
      {parts.map((part, index) => {
        const key = `${index} of ${parts.length}`
        const remove = () => replace(index)
        if (isGroup(part))
          return (
            <fieldset key={key} className="filter-group">
              <legend className="hidden">{t('filter.group')}</legend>
              <Parts
                fields={fields}
                group={part}
                onChange={(changed) =>
                  changed.parts.length === 0 ? remove() : replace(index, changed as Group)
                }
              />
            </fieldset>
          )
        if (isRule(part))
          return (
            <RuleRow
              key={key}
              fields={fields}
              rule={part}
              onChange={(rule) => replace(index, rule)}
              onRemove={remove}
            />
          )
        return (
          <div key={key} className="rule">
            <code className="rule-unknown">{JSON.stringify(part.nested)}</code>
            <Button
              className="rule-remove"
              variant="subtle"
              color="dark"
              px={8}
              aria-label={t('filter.remove', { field: t('filter.group') })}
              onClick={remove}
            >
              <CloseIcon size={16} />
            </Button>
          </div>
        )
      })}
      <div className="filter-add">
        <Button
          variant="default"
          size="xs"
          leftSection={<PlusIcon size={14} />}
          onClick={() => set([...parts, newRule()])}
        >
          {t('filter.addRule')}
        </Button>
        {canGroup && parts.length > 0 && (
          <Button
            variant="subtle"
            color="dark"
            size="xs"
            leftSection={<PlusIcon size={14} />}
            onClick={() => set([...parts, { match: match === 'all' ? 'any' : 'all', parts: [newRule()] }])}
          >
            {t('filter.addGroup')}
          </Button>
        )}
      </div>
    </>
  )
}
