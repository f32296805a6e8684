import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { deleteHook, listWebhookDeliveries, replayHook, rotateHookSecret } from '../../api/generated.ts'
import { listOf, refresh } from '../../api/queries.ts'
import { startOfDayNamed, today, useZone } from '../../parts/dates.tsx'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { plural, t } from '../../texts/translate.ts'

export interface ChosenHook {
  id: string
  attributes: { target_url: string }
}

interface HookDialogProps {
  hook: ChosenHook
  onClose: () => void
}

/** @param onSecret is given the new secret, which is shown once */
export function RotateHook({
  hook: { id, attributes },
  onClose,
  onSecret,
}: HookDialogProps & { onSecret: (secret: string) => void }) {
  return (
    <FormDialog
      title={t('webhooks.rotateTitle', { url: attributes.target_url })}
      fields={[]}
      submitLabel={t('webhooks.rotate')}
      isReady
      onClose={onClose}
      onSubmit={async () => {
        const { data } = await rotateHookSecret(id)
        onClose()
        onSecret((data.attributes as { secret?: string }).secret ?? '')
      }}
    >
      {() => <p>{t('webhooks.rotateText')}</p>}
    </FormDialog>
  )
}

/** Delivers what was missed: what failed, was cancelled, or occurred while the webhook was disabled. */
export function ReplayMissed({ hook: { id, attributes }, onClose }: HookDialogProps) {
  const zone = useZone()
  const [since, setSince] = useState('')
  return (
    <FormDialog
      title={t('webhooks.replayTitle', { url: attributes.target_url })}
      fields={['since']}
      submitLabel={t('webhooks.replay')}
      onClose={onClose}
      onSubmit={async () => {
        const moment = since && { since: startOfDayNamed(zone, since).toISOString() }
        const { meta } = await replayHook(id, { data: { type: 'hooks', attributes: { ...moment } } })
        await refresh('hooks', 'webhook_deliveries')
        onClose()
        notify(plural('webhooks.replayed', meta.replayed))
      }}
    >
      {(errors) => (
        <>
          <p>{t('webhooks.replayText')}</p>
          <TextInput
            type="date"
            label={t('webhooks.replaySince')}
            description={t('webhooks.replaySinceHint', { zone })}
            data-autofocus
            max={today(zone)}
            value={since}
            error={errors.since}
            onChange={({ currentTarget }) => setSince(currentTarget.value)}
          />
        </>
      )}
    </FormDialog>
  )
}

export function DeleteHook({ hook: { id, attributes }, onClose }: HookDialogProps) {
  const url = attributes.target_url
  const pending = usePendingDeliveries(id)
  return (
    <FormDialog
      title={t('webhooks.deleteTitle', { url })}
      fields={[]}
      submitLabel={t('delete')}
      isDangerous
      onClose={onClose}
      onSubmit={async () => {
        await deleteHook(id)
        await refresh('hooks', 'webhook_deliveries')
        onClose()
        notify(t('webhooks.deleted', { url }))
      }}
    >
      {() => (
        <>
          <p>{t('webhooks.deleteText')}</p>
          <p>{pending === undefined ? '…' : plural('webhooks.deletePending', pending)}</p>
        </>
      )}
    </FormDialog>
  )
}

function usePendingDeliveries(hookId: string): number | undefined {
  const ofHook = { 'filter[hook_id]': hookId, 'filter[status]': 'pending', 'page[size]': 1 } as const
  return useQuery(listOf('webhook_deliveries', listWebhookDeliveries, ofHook)).data?.meta.total_count
}
