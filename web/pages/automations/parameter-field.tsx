import { NumberInput, Select, TextInput } from '@mantine/core'
import { isNameable } from '../../parts/resource-names.ts'
import { ResourceSelect } from '../../parts/resource-select.tsx'
import { t, textOr } from '../../texts/translate.ts'
import type { Parameter } from './parts.ts'

interface ParameterFieldProps {
  parameter: Parameter
  value: unknown
  /** Of all parameters of the step: a unit follows its number. */
  values: Record<string, unknown>
  error: string | undefined
  onChange: (value: unknown) => void
}

interface Schema {
  type?: string
  minimum?: number
  maximum?: number
  anyOf?: { const: string }[]
}

/** A field for a parameter of an action, by the schema that the API has for its value. */
export function ParameterField({ parameter, value, values, error, onChange }: ParameterFieldProps) {
  const { name, is_required, resource_type: type } = parameter
  const { type: kind, minimum, maximum, anyOf } = parameter.schema as Schema
  const common = { 'aria-label': parameterName(name), 'data-part': 'value', error }
  if (type && isNameable(type))
    return (
      <ResourceSelect
        {...common}
        type={type}
        placeholder={textOr(`automations.choose.${type}`, t('choose.one'))}
        value={String(value ?? '')}
        onChange={(id) => onChange(id ?? undefined)}
      />
    )
  if (anyOf)
    return (
      <Select
        {...common}
        className="short"
        allowDeselect={!is_required}
        data={anyOf.map(({ const: option }) => ({
          value: option,
          label: choiceName(option, values),
        }))}
        value={value === undefined ? null : String(value)}
        onChange={(option) => onChange(option ?? undefined)}
      />
    )
  if (kind === 'boolean')
    return (
      <Select
        {...common}
        clearable
        placeholder={textOr(`parameter.${name}.default`, t('automations.asUsual'))}
        data={[
          { value: 'true', label: textOr(`parameter.${name}.true`, t('yes')) },
          { value: 'false', label: textOr(`parameter.${name}.false`, t('no')) },
        ]}
        value={value === undefined ? null : String(value)}
        onChange={(option) => onChange(option === null ? undefined : option === 'true')}
      />
    )
  if (kind === 'integer' || kind === 'number')
    return (
      <NumberInput
        {...common}
        className="short"
        min={minimum}
        max={maximum}
        allowDecimal={kind === 'number'}
        value={value === undefined ? '' : Number(value)}
        onChange={(number) => onChange(number === '' ? undefined : Number(number))}
      />
    )
  return (
    <TextInput
      {...common}
      value={String(value ?? '')}
      onChange={({ currentTarget }) => onChange(currentTarget.value || undefined)}
    />
  )
}

/** "days" or, after a 1, "day". */
export const choiceName = (choice: string, { amount }: Record<string, unknown>): string =>
  textOr(`choice.${choice}.${Number(amount) === 1 ? 'one' : 'other'}`, choice)

const parameterName = (name: string): string => textOr(`parameter.${name}`, name)
