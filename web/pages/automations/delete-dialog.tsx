import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { deleteAutomation, listAutomationRuns } from '../../api/generated.ts'
import { listOf, refresh } from '../../api/queries.ts'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { plural, t } from '../../texts/translate.ts'

interface DeleteDialogProps {
  id: string
  name: string
  onClose: () => void
}

/** Says how many runs end with the automation. */
export function DeleteDialog({ id, name, onClose }: DeleteDialogProps) {
  const { subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  const { data: active } = useQuery(
    listOf('automation_runs', listAutomationRuns, {
      'filter[automation_id]': id,
      'filter[status]': 'active',
      'page[size]': 1,
    }),
  )
  const count = active?.meta.total_count
  return (
    <FormDialog
      title={t('automations.deleteTitle', { name })}
      fields={[]}
      submitLabel={t('delete')}
      isDangerous
      onClose={onClose}
      onSubmit={async () => {
        await deleteAutomation(id)
        await navigate({ to: '/s/$site/automations', params: { site }, ignoreBlocker: true })
        await refresh('automations', 'automation_runs')
        notify(t('automations.deleted', { name }))
      }}
    >
      {() => (
        <p>
          {t('automations.deleteText')} {count ? plural('automations.endRuns', count) : ''}
        </p>
      )}
    </FormDialog>
  )
}
