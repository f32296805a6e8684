import { Button } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { errorsByField } from '../api/errors.ts'
import { t } from '../texts/translate.ts'
import { FormErrors, useSubmit } from './forms.tsx'
import { LeaveGuard } from './leave-guard.tsx'
import type { Draft } from './use-draft.ts'

interface EditFormProps<Values extends object> {
  draft: Draft<Values>
  /** Names of the fields, as the API's pointers end. */
  fields: string[]
  /** Sends the changes, and reads again what they changed. */
  onSave: (changes: Partial<Values>) => Promise<unknown>
  /** The user may only look. */
  isReadOnly?: boolean
  children: (errors: Record<string, string>) => ReactNode
}

/** A form of a page, which is saved explicitly; whoever leaves it before is asked. Ctrl-Enter saves. */
export function EditForm<Values extends object>({
  draft,
  fields,
  onSave,
  isReadOnly = false,
  children,
}: EditFormProps<Values>) {
  const [isSaved, setSaved] = useState(false)
  const { isSubmitting, error, submit } = useSubmit(async () => {
    const { changes } = draft
    if (!draft.isDirty) return
    await onSave(changes)
    draft.settle(changes)
    setSaved(true)
  })
  function saveByKey(event: KeyboardEvent<HTMLFormElement>) {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    event.stopPropagation()
    event.currentTarget.requestSubmit()
  }
  if (isReadOnly)
    return (
      <fieldset className="edit-form fields" disabled>
        {children({})}
      </fieldset>
    )
  return (
    <form className="edit-form" onSubmit={submit} onKeyDownCapture={saveByKey} noValidate>
      <LeaveGuard isActive={draft.isDirty} text={t('draft.leave')} />
      <FormErrors error={error} fields={fields} />
      <div className="fields">{children(errorsByField(error))}</div>
      <div className="save-bar" data-is-dirty={draft.isDirty || undefined}>
        <span role="status">
          {draft.isDirty ? t('draft.unsaved') : isSaved && !isSubmitting ? t('draft.saved') : ''}
        </span>
        {draft.isDirty && (
          <Button variant="default" onClick={draft.discard}>
            {t('draft.discard')}
          </Button>
        )}
        <Button type="submit" disabled={!draft.isDirty} loading={isSubmitting}>
          {t('save')}
        </Button>
      </div>
    </form>
  )
}
