import { Button, NumberInput, Select, TextInput } from '@mantine/core'
import { CloseIcon } from '../../../parts/icons.tsx'
import { ResourceSelect } from '../../../parts/resource-select.tsx'
import { t } from '../../../texts/translate.ts'
import { operatorLabel, titleOf } from './describe.ts'
import { type Entry, type Field, isFixed, operatorOf, type Rule, ruleOf, takesSame } from './fields.ts'

interface RuleRowProps {
  fields: Field[]
  rule: Rule
  onChange: (rule: Rule) => void
  onRemove: () => void
}

/** What is compared, how, and with what. */
export function RuleRow({ fields, rule, onChange, onRemove }: RuleRowProps) {
  const known = operatorOf(fields, rule)
  const [field, operator] = known ?? []
  return (
    <div className="rule">
      {field && operator ? (
        <>
          <Select
            className="rule-field"
            aria-label={t('filter.field')}
            searchable
            allowDeselect={false}
            data={fields.map((one) => ({ value: one.key, label: titleOf(one) }))}
            value={field.key}
            onChange={(key) => {
              const chosen = fields.find((one) => one.key === key)
              if (chosen && chosen !== field) onChange(ruleOf(chosen.operators[0]!))
            }}
          />
          <Select
            className="rule-operator"
            aria-label={t('filter.operator')}
            allowDeselect={false}
            data={field.operators.map((one, index) => ({ value: String(index), label: operatorLabel(one) }))}
            value={String(field.operators.indexOf(operator))}
            onChange={(index) => {
              const chosen = field.operators[Number(index)]!
              const isSame = takesSame(chosen.entry, operator.entry)
              onChange(ruleOf(chosen, isSame ? rule.value : ''))
            }}
          />
          <ValueField
            entry={operator.entry}
            value={rule.value}
            onChange={(value) => onChange({ ...rule, value })}
          />
        </>
      ) : (
        <code className="rule-unknown">{`${rule.filter}: ${rule.value}`}</code>
      )}
      <Button
        className="rule-remove"
        variant="subtle"
        color="dark"
        px={8}
        aria-label={t('filter.remove', { field: field ? titleOf(field) : rule.filter })}
        onClick={onRemove}
      >
        <CloseIcon size={16} />
      </Button>
    </div>
  )
}

interface ValueFieldProps {
  entry: Entry
  value: string
  onChange: (value: string) => void
}

function ValueField({ entry, value, onChange }: ValueFieldProps) {
  const label = { className: 'rule-value', 'aria-label': t('filter.value') }
  if (isFixed(entry)) return null
  if (typeof entry === 'object' && 'resource' in entry)
    return (
      <ResourceSelect type={entry.resource} {...label} value={value} onChange={(id) => onChange(id ?? '')} />
    )
  if (typeof entry === 'object' && 'options' in entry)
    return (
      <Select
        {...label}
        placeholder={t('choose.one')}
        allowDeselect={false}
        data={[...new Set([...entry.options, ...(value ? [value] : [])])]}
        value={value || null}
        onChange={(option) => onChange(option ?? '')}
      />
    )
  if (entry === 'days' || entry === 'number')
    return (
      <NumberInput
        {...label}
        min={entry === 'days' ? 1 : undefined}
        max={entry === 'days' ? 36_500 : undefined}
        allowDecimal={entry === 'number'}
        value={value}
        onChange={(number) => onChange(String(number))}
      />
    )
  return (
    <TextInput
      {...label}
      type={entry === 'date' ? 'date' : 'text'}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  )
}
