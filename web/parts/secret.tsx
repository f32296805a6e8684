import { Button, Checkbox } from '@mantine/core'
import { useState } from 'react'
import { t } from '../texts/translate.ts'
import { Code } from './code.tsx'
import { Dialog } from './dialog.tsx'

interface SecretDialogProps {
  title: string
  text: string
  secrets: [name: string, value: string][]
  onClose: () => void
}

/** Shows what is never shown again; it closes once it was copied, or the person says that it is stored. */
export function SecretDialog({ title, text, secrets, onClose }: SecretDialogProps) {
  const [isStored, setStored] = useState(false)
  return (
    <Dialog
      onClose={() => isStored && onClose()}
      title={title}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={isStored}
    >
      <div className="fields">
        <p>{text}</p>
        {secrets.map(([name, value]) => (
          <div key={name}>
            <span className="meta">{name}</span>
            <Code code={value} label={name} onCopied={() => setStored(true)} />
          </div>
        ))}
        <Checkbox
          label={t('secret.stored')}
          checked={isStored}
          onChange={({ currentTarget }) => setStored(currentTarget.checked)}
        />
      </div>
      <div className="dialog-buttons">
        <Button disabled={!isStored} onClick={onClose}>
          {t('secret.done')}
        </Button>
      </div>
    </Dialog>
  )
}
