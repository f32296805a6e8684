import { Input, Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'
import './rich-text.css'

export interface RichTextProps {
  label: string
  /** HTML, as the API has it. */
  value: string
  onChange: (html: string) => void
  /** Of the pictures that are uploaded for it. */
  visibility: 'members' | 'public'
  isReadOnly?: boolean
  error?: string
}

const Editor = lazy(() => import('./editor.tsx'))

/** A field of HTML, edited as text or as code. The editor is loaded with the first page that needs it. */
export function RichText(props: RichTextProps) {
  return (
    <Input.Wrapper className="rich-text-field" label={props.label} labelElement="div" error={props.error}>
      <Suspense fallback={<Skeleton className="skeleton-row" height={280} />}>
        <Editor {...props} />
      </Suspense>
    </Input.Wrapper>
  )
}
