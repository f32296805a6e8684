import { Select, Switch, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { createCustomField, updateCustomField } from '../api/generated.ts'
import { refresh } from '../api/queries.ts'
import { FormDialog } from '../parts/forms.tsx'
import { useCurrentSite } from '../shell/use-site.ts'
import { t } from '../texts/translate.ts'
import { typeName } from './custom-fields.tsx'

const TYPES = [
  'TextField',
  'TextAreaField',
  'NumberField',
  'DateField',
  'CheckboxField',
  'SelectBoxField',
  'RadioButtonsField',
  'EmailField',
  'PhoneField',
  'MobilePhoneField',
  'CountryField',
]

const WITH_OPTIONS = ['SelectBoxField', 'RadioButtonsField']

interface CustomFieldDialogProps {
  edited?: {
    id: string
    title: string
    type: string
    handle: string
    required: boolean
    select_options: string | null
  }
  onClose: () => void
}

/** Creates a custom field or changes one; its type and its handle stay as they are. */
export function CustomFieldDialog({ edited, onClose }: CustomFieldDialogProps) {
  const { id: siteId } = useCurrentSite()
  const [title, setTitle] = useState(edited?.title ?? '')
  const [type, setType] = useState(edited?.type ?? 'TextField')
  const [required, setRequired] = useState(edited?.required ?? false)
  const [options, setOptions] = useState(edited?.select_options ?? '')
  const hasOptions = WITH_OPTIONS.includes(type)
  async function save() {
    const attributes = { title, required, ...(hasOptions && { select_options: options }) }
    if (edited) {
      const { id } = edited
      await updateCustomField(id, { data: { type: 'custom_fields', id, attributes } })
    } else
      await createCustomField({
        data: {
          type: 'custom_fields',
          attributes: { ...attributes, type: type as never },
          relationships: { site: { data: { type: 'sites', id: siteId } } },
        },
      })
    await refresh('custom_fields', 'contacts')
    onClose()
  }
  return (
    <FormDialog
      title={edited ? t('fields.edit') : t('fields.new')}
      fields={['title', 'type', 'required', 'select_options']}
      submitLabel={edited ? t('save') : t('fields.create')}
      onClose={onClose}
      onSubmit={save}
    >
      {(errors) => (
        <>
          <TextInput
            label={t('fields.name')}
            data-autofocus
            value={title}
            error={errors.title}
            onChange={({ currentTarget }) => setTitle(currentTarget.value)}
          />
          <Select
            label={t('fields.type')}
            description={edited ? t('fields.typeStays', { handle: edited.handle }) : undefined}
            disabled={edited !== undefined}
            allowDeselect={false}
            data={TYPES.map((value) => ({ value, label: typeName(value) }))}
            value={type}
            error={errors.type}
            onChange={(chosen) => setType(chosen!)}
          />
          {hasOptions && (
            <Textarea
              label={t('fields.options')}
              description={t(edited ? 'fields.optionsKept' : 'fields.optionsHint')}
              autosize
              minRows={3}
              value={options}
              error={errors.select_options}
              onChange={({ currentTarget }) => setOptions(currentTarget.value)}
            />
          )}
          <Switch
            label={t('fields.isRequired')}
            checked={required}
            onChange={({ currentTarget }) => setRequired(currentTarget.checked)}
          />
        </>
      )}
    </FormDialog>
  )
}
