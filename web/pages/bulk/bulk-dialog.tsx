import { useState } from 'react'
import { refresh } from '../../api/queries.ts'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { GrantOptions, NO_CHOICES } from '../../parts/grant-options.tsx'
import { ResourceMultiSelect } from '../../parts/resource-select.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { plural, t } from '../../texts/translate.ts'
import { type Act, bodyOf, type Subjects } from './acts.ts'
import { Statement, usePrediction } from './statement.tsx'

interface BulkDialogProps {
  act: Act
  subjects: Subjects
  /** How many contacts that are. */
  count: number
  onClose: () => void
  onStarted: () => void
}

/** Chooses tags or offers for many contacts; what the job would do is stated before it begins. */
export function BulkDialog({ act, subjects, count, onClose, onStarted }: BulkDialogProps) {
  const { id: siteId } = useCurrentSite()
  const [ids, setIds] = useState<string[]>([])
  const [choices, setChoices] = useState(NO_CHOICES)
  // A repeated click is the same job.
  const [key] = useState(() => crypto.randomUUID())
  const body = bodyOf(siteId, subjects, act.meta(ids, choices)) as never
  const prediction = usePrediction(act, body, ids.length > 0)
  return (
    <FormDialog
      title={t(act.text)}
      fields={['expires_at']}
      submitLabel={plural(`bulk.submit.${act.name}`, count)}
      isDangerous={act.isDangerous}
      canSubmit={ids.length > 0 && prediction.data !== undefined}
      onClose={onClose}
      onSubmit={async () => {
        await act.send(body, {}, { headers: { 'Idempotency-Key': key } })
        await refresh('bulk_jobs')
        onStarted()
        notify(t('bulk.started'))
      }}
    >
      {(errors) => (
        <>
          <ResourceMultiSelect
            type={act.type}
            label={t(act.type === 'offers' ? 'grant.offers' : 'contacts.tags')}
            data-autofocus
            value={ids}
            onChange={setIds}
          />
          {act.name === 'grant' && <GrantOptions choices={choices} errors={errors} onChange={setChoices} />}
          <Statement query={prediction} />
        </>
      )}
    </FormDialog>
  )
}
