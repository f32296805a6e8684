import { Button, TextInput } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { createPasswordReset, redeemPasswordReset } from '../../api/generated.ts'
import { FormErrors, useSubmit } from '../../parts/forms.tsx'
import { Heading } from '../../parts/page.tsx'
import { Password } from '../../parts/password.tsx'
import { t } from '../../texts/translate.ts'
import { EntryForm } from './entry-form.tsx'

/** Asks for a link with which a password can be chosen. The answer is the same for every address. */
export function RequestReset() {
  const [email, setEmail] = useState('')
  const [isSent, setSent] = useState(false)
  const { error, isSubmitting, submit } = useSubmit(async () => {
    await createPasswordReset({ data: { type: 'password_resets', attributes: { email } } })
    setSent(true)
  })
  return (
    <main className="entry">
      <form className="card" onSubmit={(event: FormEvent) => void submit(event)}>
        <Heading title={t('reset.title')} lead={isSent ? t('reset.sent', { email }) : t('reset.lead')} />
        <FormErrors error={error} fields={[]} />
        {!isSent && (
          <div className="fields">
            <TextInput
              label={t('signIn.email')}
              type="email"
              autoComplete="username"
              value={email}
              onChange={({ currentTarget }) => setEmail(currentTarget.value)}
            />
            <Button type="submit" size="md" fullWidth loading={isSubmitting}>
              {t('reset.send')}
            </Button>
          </div>
        )}
        <div className="entry-footer">
          <Link to="/sign-in">{t('signIn.title')}</Link>
        </div>
      </form>
    </main>
  )
}

/** What the link opens. All sessions of the user end, and a new one begins. */
export function Reset() {
  const { token } = useParams({ strict: false }) as { token: string }
  const [password, setPassword] = useState('')
  return (
    <EntryForm
      title={t('reset.choose')}
      lead={t('reset.chooseLead')}
      fields={['password']}
      submitLabel={t('reset.submit')}
      onSubmit={() =>
        redeemPasswordReset({ data: { type: 'password_resets', attributes: { token, password } } })
      }
    >
      {(errors) => <Password isNew value={password} error={errors.password} onChange={setPassword} />}
    </EntryForm>
  )
}
