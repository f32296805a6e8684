import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { deleteProviderAccount, updateProviderAccount } from '../../../api/generated.ts'
import { refresh } from '../../../api/queries.ts'
import { Consequences } from '../../../parts/consequences.tsx'
import { FormDialog, notify } from '../../../parts/forms.tsx'
import { t } from '../../../texts/translate.ts'
import { KeyInput } from './key-input.tsx'

interface AccountDialogProps {
  id: string
  onClose: () => void
}

/** Another key of the same account, or another secret of its webhook. */
export function ReplaceKey({ id, onClose }: AccountDialogProps) {
  const [key, setKey] = useState('')
  const [secret, setSecret] = useState('')
  return (
    <FormDialog
      title={t('payments.replaceTitle')}
      fields={['secret_key', 'webhook_secret']}
      submitLabel={t('save')}
      canSubmit={key.trim() !== '' || secret.trim() !== ''}
      onClose={onClose}
      onSubmit={async () => {
        const attributes = {
          ...(key.trim() !== '' && { secret_key: key.trim() }),
          ...(secret.trim() !== '' && { webhook_secret: secret.trim() }),
        }
        await updateProviderAccount(id, { data: { type: 'provider_accounts', id, attributes } })
        await refresh('provider_accounts')
        onClose()
        notify(t('payments.replaced'))
      }}
    >
      {(errors) => (
        <>
          <p>{t('payments.replaceText')}</p>
          <KeyInput
            hint={t('payments.keyStays')}
            isFirst
            value={key}
            error={errors.secret_key}
            onChange={setKey}
          />
          <TextInput
            label={t('payments.webhookSecret')}
            description={t('payments.webhookSecretReplaced')}
            autoComplete="off"
            placeholder="whsec_…"
            value={secret}
            error={errors.webhook_secret}
            onChange={({ currentTarget }) => setSecret(currentTarget.value)}
          />
        </>
      )}
    </FormDialog>
  )
}

/** Ends the connection after its consequences are stated. */
export function Disconnect({ id, livemode, onClose }: AccountDialogProps & { livemode: boolean }) {
  return (
    <FormDialog
      title={t('payments.disconnectTitle')}
      fields={[]}
      submitLabel={t('payments.disconnect')}
      isDangerous
      onClose={onClose}
      onSubmit={async () => {
        await deleteProviderAccount(id)
        await refresh('provider_accounts')
        onClose()
        notify(t('payments.disconnected'))
      }}
    >
      {() => (
        <Consequences
          lines={[
            t(livemode ? 'payments.sellsNoMore' : 'payments.sellsNoMoreTests'),
            t('payments.removesEndpoint'),
            t('payments.subscriptionsFirst'),
            t('payments.salesStay'),
          ]}
        />
      )}
    </FormDialog>
  )
}
