import { TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { createSession } from '../../api/generated.ts'
import { canUsePasskeys } from '../../api/passkeys.ts'
import { Password } from '../../parts/password.tsx'
import { useAddress } from '../../parts/search.ts'
import { t } from '../../texts/translate.ts'
import { EntryForm } from './entry-form.tsx'
import { PasskeySignIn } from './passkey-sign-in.tsx'

export function SignIn() {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const { search } = useAddress()
  const next = ownPage(search.next)
  return (
    <EntryForm
      title={t('signIn.title')}
      lead={t('signIn.lead')}
      fields={[]}
      submitLabel={t('signIn.submit')}
      onSubmit={() => createSession({ data: { type: 'sessions', attributes: { email, password } } })}
      next={next}
      alternative={canUsePasskeys && <PasskeySignIn next={next} />}
      footer={<Link to="/reset">{t('entry.forgot')}</Link>}
    >
      {() => (
        <>
          <TextInput
            label={t('signIn.email')}
            type="email"
            name="email"
            autoComplete="username webauthn"
            value={email}
            onChange={({ currentTarget }) => setEmail(currentTarget.value)}
          />
          <Password value={password} onChange={setPassword} />
        </>
      )}
    </EntryForm>
  )
}

/** Where to go after signing in: only to pages of the portal, whatever a link asks for. */
export const ownPage = (next: string | undefined): string =>
  next && /^\/admin\/(?!\/)/.test(next) && !next.startsWith('/admin/sign-in') ? next : '/admin/'
