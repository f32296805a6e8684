import { TextInput } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { slugOf } from '../../../src/platform/text/slugs.ts'
import { createSetup } from '../../api/generated.ts'
import { Password } from '../../parts/password.tsx'
import { t } from '../../texts/translate.ts'
import { EntryForm } from './entry-form.tsx'

const EMPTY = { name: '', email: '', password: '', account_name: '', site_title: '', subdomain: '' }

const LONGEST_SUBDOMAIN = 63

/** The first page of a new server: its link is printed by `bestow serve` while there is no account. */
export function Setup() {
  const { token } = useParams({ strict: false }) as { token: string }
  const [values, setValues] = useState(EMPTY)
  const set = (changes: Partial<typeof values>) => setValues({ ...values, ...changes })
  return (
    <EntryForm
      title={t('setup.title')}
      lead={t('setup.lead')}
      fields={Object.keys(EMPTY)}
      submitLabel={t('setup.submit')}
      onSubmit={() => createSetup({ data: { type: 'setups', attributes: { token, ...values } } })}
    >
      {(errors) => (
        <>
          <TextInput
            label={t('entry.yourName')}
            autoComplete="name"
            value={values.name}
            error={errors.name}
            onChange={({ currentTarget }) => set({ name: currentTarget.value })}
          />
          <TextInput
            label={t('signIn.email')}
            type="email"
            autoComplete="username"
            value={values.email}
            error={errors.email}
            onChange={({ currentTarget }) => set({ email: currentTarget.value })}
          />
          <Password
            isNew
            value={values.password}
            error={errors.password}
            onChange={(password) => set({ password })}
          />
          <TextInput
            label={t('setup.account')}
            autoComplete="organization"
            value={values.account_name}
            error={errors.account_name}
            onChange={({ currentTarget }) => set({ account_name: currentTarget.value })}
          />
          <TextInput
            label={t('setup.site')}
            description={t('setup.siteHint')}
            value={values.site_title}
            error={errors.site_title}
            onChange={({ currentTarget: { value } }) =>
              set({ site_title: value, subdomain: slugOf(value, LONGEST_SUBDOMAIN) })
            }
          />
          <TextInput
            label={t('setup.subdomain')}
            description={`${location.origin}/s/${values.subdomain || '…'}/`}
            value={values.subdomain}
            error={errors.subdomain}
            onChange={({ currentTarget }) => set({ subdomain: currentTarget.value })}
          />
        </>
      )}
    </EntryForm>
  )
}
