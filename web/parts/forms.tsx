import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { errorsBeside, errorsByField } from '../api/errors.ts'
import { t } from '../texts/translate.ts'
import { Dialog } from './dialog.tsx'
import { AlertIcon } from './icons.tsx'

interface FormDialogProps {
  title: string
  /** Names of the fields, as the API's pointers end: an error about one of them is shown beside it. */
  fields: string[]
  submitLabel: string
  onClose: () => void
  onSubmit: () => Promise<void>
  isDangerous?: boolean
  canSubmit?: boolean
  /** The button that submits has the focus: everything is chosen already. */
  isReady?: boolean
  /** Wide enough for fields beside each other. */
  isWide?: boolean
  children: (errors: Record<string, string>) => ReactNode
}

/** A dialog with a form: it stays open, with the API's errors beside the fields, until the request succeeds. */
export function FormDialog({
  title,
  fields,
  submitLabel,
  onClose,
  onSubmit,
  isDangerous,
  canSubmit = true,
  isReady,
  isWide = false,
  children,
}: FormDialogProps) {
  const { isSubmitting, error, submit } = useSubmit(onSubmit)
  return (
    <Dialog onClose={onClose} title={title} size={isWide ? 'lg' : 'md'}>
      <form onSubmit={submit} noValidate>
        <FormErrors error={error} fields={fields} />
        <div className="fields">{children(errorsByField(error))}</div>
        <div className="dialog-buttons">
          {/* Not the dangerous one: Enter must not do what cannot be undone. */}
          <Button variant="default" onClick={onClose} data-autofocus={isDangerous || undefined}>
            {t('dialog.cancel')}
          </Button>
          <Button
            type="submit"
            loading={isSubmitting}
            disabled={!canSubmit}
            data-danger={isDangerous || undefined}
            data-autofocus={isReady || undefined}
          >
            {submitLabel}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface Submission {
  isSubmitting: boolean
  error: unknown
  submit: (event: FormEvent) => Promise<void>
}

/** Keeps what the last attempt failed with, and whether one is in progress; moves the focus to the first error. */
export function useSubmit(action: () => Promise<void>): Submission {
  const [error, setError] = useState<unknown>(null)
  const [isSubmitting, setSubmitting] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-errors]')?.focus()
  }, [error])
  return {
    error,
    isSubmitting,
    async submit(event) {
      event.preventDefault()
      form.current = event.currentTarget as HTMLFormElement
      setSubmitting(true)
      setError(null)
      try {
        await action()
      } catch (problem) {
        setError(problem)
      } finally {
        setSubmitting(false)
      }
    },
  }
}

export function FormErrors({ error, fields }: { error: unknown; fields: string[] }) {
  const messages = errorsBeside(error, fields)
  if (messages.length === 0) return null
  return (
    <div className="problem" role="alert" tabIndex={-1} data-errors>
      <AlertIcon />
      <div>
        {messages.map((message) => (
          <p key={message}>{message}</p>
        ))}
      </div>
    </div>
  )
}

/** Says in a corner of the page that something is done. */
export const notify = (message: string): void => void notifications.show({ message, color: 'dark' })

/** Does something without a dialog, and says what prevents it. Never throws. */
export async function attempt(action: () => Promise<unknown>): Promise<void> {
  try {
    await action()
  } catch (error) {
    notify((error as Error).message)
  }
}
