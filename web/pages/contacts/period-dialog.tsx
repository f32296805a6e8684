import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { dayIn, lastMoment } from '../../../src/platform/text/zone.ts'
import { updateGrant } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { useZone } from '../../parts/dates.tsx'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { t } from '../../texts/translate.ts'
import { Effects } from './dry-run.tsx'

interface PeriodDialogProps {
  grantId: string
  title: string
  expiresAt: string | null
  onClose: () => void
}

/** Changes when the access of a grant ends; before it is done, what it will cause. */
export function PeriodDialog({ grantId, title, expiresAt, onClose }: PeriodDialogProps) {
  const zone = useZone()
  const given = expiresAt ? dayIn(zone, lastMoment(zone, new Date(expiresAt))) : ''
  const [until, setUntil] = useState(given)
  const body = {
    data: {
      type: 'grants' as const,
      id: grantId,
      attributes: { expires_at: until || null },
    },
  }
  const dryRun = useQuery({
    queryKey: ['dry_runs', 'period', grantId, until],
    queryFn: async ({ signal }) => {
      const { meta } = await updateGrant(grantId, body, { dry_run: true }, { signal })
      return meta?.effects ?? []
    },
    enabled: until !== given,
    staleTime: 0,
    retry: false,
  })
  return (
    <FormDialog
      title={t('period.title', { title })}
      fields={['expires_at']}
      submitLabel={t('save')}
      canSubmit={until !== given}
      onClose={onClose}
      onSubmit={async () => {
        await updateGrant(grantId, body)
        await refresh('grants', 'events')
        onClose()
        notify(t('period.done', { title }))
      }}
    >
      {(errors) => (
        <>
          <TextInput
            type="date"
            label={t('grant.until')}
            description={t('period.hint', { zone })}
            data-autofocus
            value={until}
            error={errors.expires_at}
            onChange={({ currentTarget }) => setUntil(currentTarget.value)}
          />
          <Effects query={dryRun} />
        </>
      )}
    </FormDialog>
  )
}
