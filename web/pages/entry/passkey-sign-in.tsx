import { Button } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { createSession } from '../../api/generated.ts'
import { answerByAutofill, answerWithPasskey, endAutofill } from '../../api/passkeys.ts'
import { FormErrors } from '../../parts/forms.tsx'
import { KeyIcon } from '../../parts/icons.tsx'
import { t } from '../../texts/translate.ts'
import { useEnter } from './entry-form.tsx'

/** A challenge is valid for ten minutes, and the page may be open for longer. */
const RENEW_MS = 9 * 60_000

type Answer = Awaited<ReturnType<typeof answerWithPasskey>>

/** Signs in with a passkey: by a button, or as a suggestion of the browser for the field of the e-mail. */
export function PasskeySignIn({ next }: { next: string }) {
  const [isSubmitting, setSubmitting] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const enter = useEnter(next)
  // A browser has one request at a time: the button ends the suggestions, which begin again when it has failed.
  const isChoosing = useRef(false)
  const [round, setRound] = useState(0)

  async function signIn(passkey: Answer): Promise<void> {
    await createSession({ data: { type: 'sessions', attributes: { passkey } } })
    enter()
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: begins again with each round alone.
  useEffect(() => {
    let isOver = false
    const isWanted = () => !isOver && !isChoosing.current
    async function suggest() {
      // Nobody has asked for suggestions: where the browser has none, the page is as ever.
      const passkey = await answerByAutofill(isWanted).catch(() => null)
      if (passkey && !isOver) await signIn(passkey).catch(setError)
    }
    void suggest()
    const renewal = setInterval(() => isWanted() && setRound((current) => current + 1), RENEW_MS)
    return () => {
      isOver = true
      clearInterval(renewal)
      if (!isChoosing.current) void endAutofill()
    }
  }, [round])

  async function choose() {
    isChoosing.current = true
    setSubmitting(true)
    setError(null)
    try {
      await signIn(await answerWithPasskey())
    } catch (problem) {
      setError(problem)
      isChoosing.current = false
      setRound((current) => current + 1)
    } finally {
      setSubmitting(false)
    }
  }

  return (
    <>
      <Button
        variant="default"
        size="md"
        fullWidth
        leftSection={<KeyIcon size={16} />}
        loading={isSubmitting}
        onClick={() => void choose()}
      >
        {t('passkeys.signIn')}
      </Button>
      <FormErrors error={error} fields={[]} />
    </>
  )
}
