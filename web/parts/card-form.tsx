import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { errorsByField } from '../api/errors.ts'
import { t } from '../texts/translate.ts'
import { FormErrors, notify, useSubmit } from './forms.tsx'
import { LeaveGuard } from './leave-guard.tsx'

interface CardFormProps {
  title: string
  /** Names of the fields, as the API's pointers end: an error about one of them is shown beside it. */
  fields: string[]
  /** Whether there is something to save. */
  isChanged: boolean
  onSubmit: () => Promise<void>
  /** The user may only look. */
  isReadOnly?: boolean | undefined
  children: (errors: Record<string, string>) => ReactNode
}

/** A card with a form of its own, which is saved for itself; whoever leaves the page before is asked. */
export function CardForm({ title, fields, isChanged, onSubmit, isReadOnly, children }: CardFormProps) {
  const { isSubmitting, error, submit } = useSubmit(async () => {
    await onSubmit()
    notify(t('saved'))
  })
  return (
    <section className="card">
      <div className="card-head">
        <h2>{title}</h2>
      </div>
      <form onSubmit={submit} noValidate>
        <LeaveGuard isActive={isChanged && !isSubmitting} text={t('draft.leave')} />
        <FormErrors error={error} fields={fields} />
        <fieldset className="plain-fieldset fields" disabled={isReadOnly}>
          {children(errorsByField(error))}
        </fieldset>
        {!isReadOnly && (
          <div className="card-buttons">
            <Button type="submit" loading={isSubmitting} disabled={!isChanged}>
              {t('save')}
            </Button>
          </div>
        )}
      </form>
    </section>
  )
}
