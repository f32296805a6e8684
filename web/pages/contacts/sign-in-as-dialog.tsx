import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { createContactSignInLink } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { FormDialog } from '../../parts/forms.tsx'
import { ExternalIcon } from '../../parts/icons.tsx'
import { t } from '../../texts/translate.ts'

interface SignInAsDialogProps {
  contactId: string
  name: string
  onClose: () => void
}

/** Asks for the reason, which is recorded; then the members' pages open as this member. */
export function SignInAsDialog({ contactId, name, onClose }: SignInAsDialogProps) {
  const [reason, setReason] = useState('')
  const [link, setLink] = useState<string | null>(null)
  return (
    <FormDialog
      title={t('signInAs.title', { name })}
      fields={['reason']}
      submitLabel={t('signInAs.submit')}
      canSubmit={reason.trim() !== '' && link === null}
      onClose={onClose}
      onSubmit={async () => {
        const { data } = await createContactSignInLink(contactId, {
          data: { type: 'sign_in_links', attributes: { reason } },
        })
        setLink(data.attributes.link ?? null)
        await refresh('events')
      }}
    >
      {(errors) => (
        <>
          <p>{t('signInAs.text', { name })}</p>
          <TextInput
            label={t('signInAs.reason')}
            description={t('signInAs.reasonHint')}
            data-autofocus
            maxLength={500}
            disabled={link !== null}
            value={reason}
            error={errors.reason}
            onChange={({ currentTarget }) => setReason(currentTarget.value)}
          />
          {link && (
            <Button
              component="a"
              href={link}
              target="_blank"
              rel="noopener"
              leftSection={<ExternalIcon size={16} />}
              onClick={onClose}
            >
              {t('signInAs.open')}
            </Button>
          )}
        </>
      )}
    </FormDialog>
  )
}
