import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { signIn } from '../api/session.ts'
import { FormErrors, useSubmit } from '../parts/forms.tsx'
import { Heading } from '../parts/page.tsx'
import { useAddress } from '../parts/search.ts'
import { t } from '../texts/translate.ts'
import './sign-in.css'

export function SignIn() {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const { search } = useAddress()
  const router = useRouter()
  const { isSubmitting, error, submit } = useSubmit(async () => {
    await signIn({ email, password })
    router.history.push(ownPage(search.next))
  })
  return (
    <main className="sign-in">
      <form className="card" onSubmit={submit}>
        <Heading title={t('signIn.title')} lead={t('signIn.lead')} />
        <FormErrors error={error} fields={[]} />
        <div className="fields">
          <TextInput
            label={t('signIn.email')}
            type="email"
            name="email"
            autoComplete="username"
            required
            withAsterisk={false}
            value={email}
            onChange={({ currentTarget }) => setEmail(currentTarget.value)}
          />
          <PasswordInput
            label={t('signIn.password')}
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
            value={password}
            onChange={({ currentTarget }) => setPassword(currentTarget.value)}
          />
          <Button type="submit" size="md" fullWidth loading={isSubmitting}>
            {t('signIn.submit')}
          </Button>
        </div>
      </form>
    </main>
  )
}

/** Where to go after signing in: only to pages of the portal, whatever a link asks for. */
export const ownPage = (next: string | undefined): string =>
  next && /^\/admin\/(?!\/)/.test(next) && !next.startsWith('/admin/sign-in') ? next : '/admin/'
