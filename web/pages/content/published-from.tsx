import { Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { now } from '../../api/clock.ts'
import { t } from '../../texts/translate.ts'

type Choice = 'draft' | 'published' | 'scheduled'

interface PublishedFromProps {
  /** ISO 8601; null: it is a draft. */
  value: string | null
  onChange: (moment: string | null) => void
  error?: string
}

const DAY_MS = 86_400_000

/** Who can read a page: nobody, everybody, or everybody from some moment on. */
export function PublishedFrom({ value, onChange, error }: PublishedFromProps) {
  const [choice, setChoice] = useState<Choice>(() => choiceOf(value))
  function choose(chosen: Choice) {
    setChoice(chosen)
    const inMs = { published: 0, scheduled: DAY_MS }
    onChange(chosen === 'draft' ? null : new Date(now() + inMs[chosen]).toISOString())
  }
  return (
    <div className="field-row">
      <Select
        label={t('content.shown')}
        allowDeselect={false}
        data={(['draft', 'published', 'scheduled'] as const).map((one) => ({
          value: one,
          label: t(`content.${one}`),
        }))}
        value={choice}
        error={choice === 'scheduled' ? undefined : error}
        onChange={(chosen) => choose(chosen as Choice)}
      />
      {choice === 'scheduled' && (
        <TextInput
          type="datetime-local"
          label={t('content.from')}
          value={value ? localOf(new Date(value)) : ''}
          error={error}
          onChange={({ currentTarget }) => {
            const moment = new Date(currentTarget.value)
            if (!Number.isNaN(moment.getTime())) onChange(moment.toISOString())
          }}
        />
      )}
    </div>
  )
}

function choiceOf(value: string | null): Choice {
  if (value === null) return 'draft'
  return Date.parse(value) <= now() ? 'published' : 'scheduled'
}

/** A moment as an input of the browser has it, in its own time zone. */
const localOf = (moment: Date): string =>
  new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
