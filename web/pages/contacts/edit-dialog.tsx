import { Switch, TextInput } from '@mantine/core'
import { useState } from 'react'
import { type Contact, updateContact } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { FormDialog } from '../../parts/forms.tsx'
import { type TextKey, t } from '../../texts/translate.ts'
import { CustomFieldInput } from './custom-field-input.tsx'
import { useCustomFields } from './filters/use-fields.ts'
import { PROFILE } from './profile-lines.ts'

type Values = Record<string, string | boolean | null>

interface EditDialogProps {
  id: string
  contact: NonNullable<Contact['attributes']>
  onClose: () => void
}

/** Everything that can be changed about a contact; what stays as it is is not sent. */
export function EditDialog({ id, contact, onClose }: EditDialogProps) {
  const fields = useCustomFields().map(({ attributes }) => attributes)
  const [changes, setChanges] = useState<Values>({})
  const given = contact as unknown as Values
  const current = (name: string) => (name in changes ? changes[name] : given[name])
  const set = (name: string, value: string | boolean) =>
    setChanges({ ...changes, [name]: value === '' ? null : value })
  const lines = ['name', 'email', ...PROFILE]
  return (
    <FormDialog
      title={t('contact.edit')}
      fields={[...lines, 'subscribed', ...fields.map(({ handle }) => handle)]}
      submitLabel={t('save')}
      onClose={onClose}
      onSubmit={async () => {
        // The name of a contact is a text, also when it is empty.
        const attributes = { ...changes, ...(changes.name === null && { name: '' }) }
        await updateContact(id, { data: { type: 'contacts', id, attributes: attributes as never } })
        await refresh('contacts', 'customers', 'events')
        onClose()
      }}
    >
      {(errors) => (
        <>
          {lines.map((name) => (
            <TextInput
              key={name}
              label={t(`field.${name}` as TextKey)}
              data-autofocus={name === 'name' || undefined}
              type={name === 'email' ? 'email' : 'text'}
              value={String(current(name) ?? '')}
              error={errors[name]}
              onChange={({ currentTarget }) => set(name, currentTarget.value)}
            />
          ))}
          <Switch
            label={t('contact.acceptsMarketing')}
            checked={current('subscribed') === true}
            onChange={({ currentTarget }) => set('subscribed', currentTarget.checked)}
          />
          {fields.map((field) => (
            <CustomFieldInput
              key={field.handle}
              field={field}
              value={String(current(field.handle) ?? '')}
              error={errors[field.handle]}
              onChange={(value) => set(field.handle, value)}
            />
          ))}
        </>
      )}
    </FormDialog>
  )
}
