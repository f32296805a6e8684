import { type FormEvent, useMemo, useState } from 'react'
import { t } from '../../texts/translate.ts'
import { hasEmptyRule } from '../contacts/filters/condition.ts'
import { attributesOf, type Draft } from './draft.ts'
import { type Errors, errorsIn } from './pointers.ts'

interface AutomationDraft {
  draft: Draft
  setDraft: (draft: Draft) => void
  /** Of the last attempt to save or to test it. */
  errors: Errors
  setError: (error: unknown) => void
  isSaving: boolean
  isChanged: boolean
  /** A handler of a form that saves; what the API refuses becomes `errors`. */
  save: (action: () => Promise<void>) => (event: FormEvent) => Promise<void>
}

/** An automation that is being edited. */
export function useAutomationDraft(begin: () => Draft): AutomationDraft {
  const [draft, setDraft] = useState(begin)
  const [saved, setSaved] = useState(() => textOf(draft))
  const [error, setError] = useState<unknown>(null)
  const [isSaving, setSaving] = useState(false)
  const text = textOf(draft)
  return {
    draft,
    setDraft,
    errors: useMemo(() => errorsIn(error), [error]),
    setError,
    isSaving,
    isChanged: text !== saved,
    save: (action) => async (event) => {
      event.preventDefault()
      // The API would not know of the condition.
      if (hasEmptyRule(draft.filter)) return setError(new Error(t('filter.incomplete')))
      setSaving(true)
      setError(null)
      try {
        await action()
        setSaved(text)
      } catch (problem) {
        setError(problem)
      } finally {
        setSaving(false)
      }
    },
  }
}

const textOf = (draft: Draft): string => JSON.stringify(attributesOf(draft))
