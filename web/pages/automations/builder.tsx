import { TextInput } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { AlertIcon } from '../../parts/icons.tsx'
import { t } from '../../texts/translate.ts'
import { FilterBuilder } from '../contacts/filters/filter-builder.tsx'
import { useFields } from '../contacts/filters/use-fields.ts'
import type { Draft } from './draft.ts'
import { type Errors, errorsAt, errorsElsewhere } from './pointers.ts'
import { Steps } from './steps.tsx'
import { TriggerSentence } from './trigger.tsx'
import './automations.css'

interface BuilderProps {
  draft: Draft
  errors: Errors
  onChange: (draft: Draft) => void
}

/** When, only if, then: each a sentence that is edited in place. Errors stand at the block that they are about. */
export function Builder({ draft, errors, onChange }: BuilderProps) {
  const set = (changes: Partial<Draft>) => onChange({ ...draft, ...changes })
  const fields = useFields()
  const root = useFirstError(errors)
  const conditionErrors = Object.values(errorsAt(errors, 'conditions'))
  return (
    <div className="builder" ref={root}>
      <BlockErrors messages={errorsElsewhere(errors)} />
      <TextInput
        label={t('automations.name')}
        value={draft.name}
        error={errorsAt(errors, 'name')['']}
        onChange={({ currentTarget }) => set({ name: currentTarget.value })}
      />
      <Block title={t('automations.when')}>
        <TriggerSentence
          event={draft.event}
          resourceId={draft.resourceId}
          errors={errorsAt(errors, 'trigger')}
          onChange={set}
        />
      </Block>
      <Block title={t('automations.onlyIf')}>
        <BlockErrors messages={conditionErrors} />
        {draft.filter.parts.length === 0 && <p className="block-note">{t('automations.everybody')}</p>}
        <FilterBuilder fields={fields} filter={draft.filter} onChange={(filter) => set({ filter })} />
      </Block>
      <Block title={t('automations.then')}>
        <Steps steps={draft.steps} errors={errors} onChange={(steps) => set({ steps })} />
      </Block>
    </div>
  )
}

/** Moves the focus to the first field or block with an error. */
function useFirstError(errors: Errors) {
  const root = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (errors.length > 0)
      root.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-errors]')?.focus()
  }, [errors])
  return root
}

function Block({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="block">
      <h2 className="block-title">{title}</h2>
      <div className="block-body">{children}</div>
    </section>
  )
}

export function BlockErrors({ messages }: { messages: string[] }) {
  if (messages.length === 0) return null
  return (
    <div className="block-errors" role="alert" tabIndex={-1} data-errors>
      <AlertIcon size={16} />
      <div>
        {messages.map((message) => (
          <p key={message}>{message}</p>
        ))}
      </div>
    </div>
  )
}
