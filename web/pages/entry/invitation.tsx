import { TextInput } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { acceptInvitation } from '../../api/generated.ts'
import { Password } from '../../parts/password.tsx'
import { t } from '../../texts/translate.ts'
import { EntryForm } from './entry-form.tsx'

/** What the link of an invitation opens: the person becomes a user. */
export function Invitation() {
  const { token } = useParams({ strict: false }) as { token: string }
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [email, setEmail] = useState('')
  const attributes = { token, name, password, ...(email && { email }) }
  return (
    <EntryForm
      title={t('invitation.title')}
      lead={t('invitation.lead')}
      fields={['name', 'password', 'email']}
      submitLabel={t('invitation.submit')}
      onSubmit={() => acceptInvitation({ data: { type: 'invitations', attributes } })}
    >
      {(errors) => (
        <>
          <TextInput
            label={t('entry.yourName')}
            autoComplete="name"
            value={name}
            error={errors.name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          {/* Only when the address of the invitation belongs to a user of another account. */}
          {(errors.email || email) && (
            <TextInput
              label={t('signIn.email')}
              type="email"
              autoComplete="email"
              value={email}
              error={errors.email}
              onChange={({ currentTarget }) => setEmail(currentTarget.value)}
            />
          )}
          <Password isNew value={password} error={errors.password} onChange={setPassword} />
        </>
      )}
    </EntryForm>
  )
}
