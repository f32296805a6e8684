import { Button, Textarea, TextInput } from '@mantine/core'
import { type RefObject, useRef } from 'react'
import { t, textOr } from '../../texts/translate.ts'
import { type FieldName, placeIn } from './words.ts'

interface TemplateFieldProps {
  field: FieldName
  value: string | null
  byDefault: string | null
  error: string | undefined
  isReadOnly: boolean
  onChange: (value: string | null) => void
}

const LONG: readonly FieldName[] = ['body', 'text', 'footer']

/** A text of a template in Liquid: an error leads to its place, and the default can be had back. */
export function TemplateField({ field, value, byDefault, error, isReadOnly, onChange }: TemplateFieldProps) {
  const input = useRef<HTMLInputElement | HTMLTextAreaElement>(null)
  const place = error === undefined ? undefined : placeIn(value ?? '', error)
  const common = {
    label: t(`templates.field.${field}`),
    description: textOr(`templates.field.${field}Hint`, ''),
    readOnly: isReadOnly,
    value: value ?? '',
    error: error && <span>{error}</span>,
    classNames: { input: 'mono-input' },
    spellCheck: false,
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) => onChange(currentTarget.value),
  }
  return (
    <div>
      {LONG.includes(field) ? (
        <Textarea
          {...common}
          ref={input as RefObject<HTMLTextAreaElement>}
          autosize
          minRows={field === 'footer' ? 2 : 6}
          maxRows={24}
        />
      ) : (
        <TextInput {...common} ref={input as RefObject<HTMLInputElement>} />
      )}
      <div className="template-field-actions">
        {place !== undefined && (
          <Button
            variant="subtle"
            color="dark"
            size="compact-xs"
            onClick={() => {
              input.current?.focus()
              input.current?.setSelectionRange(place, place + 1)
            }}
          >
            {t('templates.showPlace')}
          </Button>
        )}
        {value !== byDefault && byDefault !== null && !isReadOnly && (
          <Button variant="subtle" color="dark" size="compact-xs" onClick={() => onChange(byDefault)}>
            {t('templates.useDefault', { field: t(`templates.field.${field}`) })}
          </Button>
        )}
      </div>
    </div>
  )
}
