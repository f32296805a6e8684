import { Button } from '@mantine/core'
import { useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { errorsByField } from '../../api/errors.ts'
import { queryClient } from '../../api/queries.ts'
import { FormErrors, useSubmit } from '../../parts/forms.tsx'
import { Heading } from '../../parts/page.tsx'
import './entry.css'

interface EntryFormProps {
  title: string
  lead?: string
  fields: string[]
  submitLabel: string
  /** What makes the session. */
  onSubmit: () => Promise<unknown>
  /** Where to go then. */
  next?: string
  children?: (errors: Record<string, string>) => ReactNode
  /** Right below the button: another way to do the same. */
  alternative?: ReactNode
  /** At the end: other ways. */
  footer?: ReactNode
}

/** Opens a page with the session that has just started: what the one before has read is forgotten. */
export function useEnter(next: string): () => void {
  const router = useRouter()
  return () => {
    queryClient.clear()
    router.history.push(next)
  }
}

/** A page outside the shell that ends with a session: signing in, and what the links in e-mails open. */
export function EntryForm({
  title,
  lead,
  fields,
  submitLabel,
  onSubmit,
  next = '/admin/',
  children,
  alternative,
  footer,
}: EntryFormProps) {
  const enter = useEnter(next)
  const { isSubmitting, error, submit } = useSubmit(async () => {
    await onSubmit()
    enter()
  })
  return (
    <main className="entry">
      <form className="card" onSubmit={submit}>
        <Heading title={title} lead={lead} />
        <FormErrors error={error} fields={fields} />
        <div className="fields">
          {children?.(errorsByField(error))}
          <Button type="submit" size="md" fullWidth loading={isSubmitting}>
            {submitLabel}
          </Button>
          {alternative}
        </div>
        {footer && <div className="entry-footer">{footer}</div>}
      </form>
    </main>
  )
}
