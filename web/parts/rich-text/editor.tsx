import { SegmentedControl, Textarea } from '@mantine/core'
import { useState } from 'react'
import { t } from '../../texts/translate.ts'
import { AlertIcon } from '../icons.tsx'
import type { RichTextProps } from './rich-text.tsx'
import { survives } from './survives.ts'
import { VisualEditor } from './visual-editor.tsx'

type Mode = 'text' | 'code'

/** HTML is edited as text only when nothing of it would be lost; else as code. */
export default function Editor(props: RichTextProps) {
  const { label, value, onChange, isReadOnly } = props
  const [mode, setMode] = useState<Mode>(() => (survives(value) ? 'text' : 'code'))
  const isLossy = mode === 'code' && !survives(value)
  return (
    <div className="rich-text">
      {!isReadOnly && (
        <SegmentedControl
          className="rich-text-mode"
          size="xs"
          aria-label={t('richText.mode')}
          data={[
            { value: 'text', label: t('richText.text'), disabled: isLossy },
            { value: 'code', label: t('richText.code') },
          ]}
          value={mode}
          onChange={(chosen) => setMode(chosen as Mode)}
        />
      )}
      {mode === 'text' ? (
        <VisualEditor {...props} />
      ) : (
        <>
          {isLossy && (
            <p className="rich-text-note">
              <AlertIcon size={16} />
              {t('richText.lossy')}
            </p>
          )}
          <Textarea
            aria-label={label}
            autosize
            minRows={10}
            maxRows={30}
            spellCheck={false}
            classNames={{ input: 'rich-text-code' }}
            value={value}
            onChange={({ currentTarget }) => onChange(currentTarget.value)}
          />
        </>
      )}
    </div>
  )
}
