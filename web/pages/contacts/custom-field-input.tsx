import { NumberInput, Select, Textarea, TextInput } from '@mantine/core'
import { t } from '../../texts/translate.ts'

export interface EditedField {
  handle: string
  title: string
  type: string
  select_options: string | null
}

interface CustomFieldInputProps {
  field: EditedField
  /** Empty: the contact has no value. */
  value: string
  error?: string
  onChange: (value: string) => void
}

/** The input types of HTML for values on one line. */
const INPUT_TYPES: Record<string, string> = {
  DateField: 'date',
  EmailField: 'email',
  PhoneField: 'tel',
  MobilePhoneField: 'tel',
}

/** Enters the value of a custom field, as its type asks for. */
export function CustomFieldInput({ field, value, error, onChange }: CustomFieldInputProps) {
  const shared = { label: field.title, error }
  switch (field.type) {
    case 'NumberField':
      return <NumberInput {...shared} value={value} onChange={(number) => onChange(String(number))} />
    case 'TextAreaField':
      return (
        <Textarea
          {...shared}
          autosize
          minRows={2}
          value={value}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )
    case 'CheckboxField':
      return (
        <Select
          {...shared}
          clearable
          data={[
            { value: 'true', label: t('yes') },
            { value: 'false', label: t('no') },
          ]}
          value={value || null}
          onChange={(chosen) => onChange(chosen ?? '')}
        />
      )
    case 'SelectBoxField':
    case 'RadioButtonsField': {
      const options = field.select_options?.split('\n') ?? []
      return (
        <Select
          {...shared}
          clearable
          // A value that is no option any more is kept until another one is chosen.
          data={[...new Set([...options, ...(value ? [value] : [])])]}
          value={value || null}
          onChange={(chosen) => onChange(chosen ?? '')}
        />
      )
    }
    default:
      return (
        <TextInput
          {...shared}
          type={INPUT_TYPES[field.type] ?? 'text'}
          value={value}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )
  }
}
