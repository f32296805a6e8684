import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useQuestion } from '../api/confirmation.ts'
import { errorsByField } from '../api/errors.ts'
import { confirmSession, createPasswordReset, createSession } from '../api/generated.ts'
import { answerWithPasskey, canUsePasskeys } from '../api/passkeys.ts'
import { meQuery, passkeysQuery, useMe } from '../api/session.ts'
import { t } from '../texts/translate.ts'
import { Dialog } from './dialog.tsx'
import { FormErrors, useSubmit } from './forms.tsx'
import { KeyIcon } from './icons.tsx'
import { Password } from './password.tsx'

/**
 * Asks who it is when a request needs a recent sign-in, or the session has ended, over whatever is open.
 *
 * @param onSignIn opens the sign-in page, which has more ways
 */
export function ConfirmIdentity({ onSignIn }: { onSignIn: () => void }) {
  const question = useQuestion()
  if (!question) return null
  const isEnded = question.reason === 'ended'
  const cancel = () => {
    question.cancel(t(isEnded ? 'confirm.ended' : 'confirm.cancelled'))
    if (isEnded) onSignIn()
  }
  return (
    <Dialog
      onClose={cancel}
      // Escape would close the dialog below, too.
      closeOnEscape={false}
      zIndex={400}
      title={t(isEnded ? 'confirm.signInAgain' : 'confirm.title')}
    >
      {isEnded ? (
        <SignInAgain onConfirm={question.confirm} onCancel={cancel} />
      ) : (
        <Ways onConfirm={question.confirm} onCancel={cancel} />
      )}
    </Dialog>
  )
}

interface WaysProps {
  onConfirm: () => void
  onCancel: () => void
}

function Ways({ onConfirm, onCancel }: WaysProps) {
  const { data: me } = useQuery(meQuery)
  const { data: passkeys } = useQuery(passkeysQuery)
  if (!me || !passkeys) return null
  const hasPassword = me.data.attributes.has_password
  const hasPasskey = canUsePasskeys && passkeys.data.length > 0
  if (!hasPassword && !hasPasskey) return <NoWay email={me.data.attributes.email} onCancel={onCancel} />
  return (
    <>
      <p>{t('confirm.text')}</p>
      {hasPasskey && <ByPasskey isOnly={!hasPassword} onConfirm={onConfirm} />}
      {hasPassword && (
        <ByPassword
          send={(password) => confirmSession({ data: { type: 'sessions', attributes: { password } } })}
          submitLabel={t('confirm.submit')}
          cancelLabel={t('dialog.cancel')}
          onConfirm={onConfirm}
          onCancel={onCancel}
        />
      )}
    </>
  )
}

/** Of the same user, so that what is open stays; other ways are those of the sign-in page. */
function SignInAgain({ onConfirm, onCancel }: WaysProps) {
  const { email } = useMe().attributes
  return (
    <>
      <p>{t('confirm.endedText', { email })}</p>
      <ByPassword
        send={(password) => createSession({ data: { type: 'sessions', attributes: { email, password } } })}
        submitLabel={t('signIn.submit')}
        cancelLabel={t('confirm.otherWay')}
        onConfirm={onConfirm}
        onCancel={onCancel}
      />
    </>
  )
}

interface ByPasswordProps extends WaysProps {
  send: (password: string) => Promise<unknown>
  submitLabel: string
  cancelLabel: string
}

function ByPassword({ send, submitLabel, cancelLabel, onConfirm, onCancel }: ByPasswordProps) {
  const [password, setPassword] = useState('')
  const { error, isSubmitting, submit } = useSubmit(async () => {
    await send(password)
    onConfirm()
  })
  return (
    <form onSubmit={submit} noValidate>
      <FormErrors error={error} fields={['password']} />
      <div className="fields">
        <Password isFirst value={password} error={errorsByField(error).password} onChange={setPassword} />
      </div>
      <div className="dialog-buttons">
        <Button variant="default" onClick={onCancel}>
          {cancelLabel}
        </Button>
        <Button type="submit" loading={isSubmitting}>
          {submitLabel}
        </Button>
      </div>
    </form>
  )
}

function ByPasskey({ isOnly, onConfirm }: { isOnly: boolean; onConfirm: () => void }) {
  const { error, isSubmitting, submit } = useSubmit(async () => {
    const passkey = await answerWithPasskey()
    await confirmSession({ data: { type: 'sessions', attributes: { passkey } } })
    onConfirm()
  })
  return (
    <form className="fields confirm-passkey" onSubmit={submit}>
      <FormErrors error={error} fields={[]} />
      <Button
        type="submit"
        fullWidth
        variant={isOnly ? 'filled' : 'default'}
        leftSection={<KeyIcon size={16} />}
        loading={isSubmitting}
      >
        {t('confirm.byPasskey')}
      </Button>
    </form>
  )
}

/** Of somebody who has signed in with a link, and has neither a password nor a passkey. */
function NoWay({ email, onCancel }: { email: string; onCancel: () => void }) {
  const [isSent, setSent] = useState(false)
  const { error, isSubmitting, submit } = useSubmit(async () => {
    await createPasswordReset({ data: { type: 'password_resets', attributes: { email } } })
    setSent(true)
  })
  return (
    <form onSubmit={submit}>
      <FormErrors error={error} fields={[]} />
      <p>{isSent ? t('reset.sent', { email }) : t('confirm.noWay')}</p>
      <div className="dialog-buttons">
        <Button variant="default" onClick={onCancel}>
          {isSent ? t('dialog.close') : t('dialog.cancel')}
        </Button>
        {!isSent && (
          <Button type="submit" loading={isSubmitting}>
            {t('reset.send')}
          </Button>
        )}
      </div>
    </form>
  )
}
