import { useNavigate } from '@tanstack/react-router'
import { deleteForm } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'

/** Closes a form, and shows the list. */
export function ArchiveForm({ id, title, onClose }: { id: string; title: string; onClose: () => void }) {
  const { subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  return (
    <FormDialog
      title={t('products.archiveTitle', { title })}
      fields={[]}
      submitLabel={t('archive')}
      isDangerous
      onClose={onClose}
      onSubmit={async () => {
        await deleteForm(id)
        await navigate({ to: '/s/$site/forms', params: { site } })
        await refresh('forms')
        notify(t('products.archived', { title }))
      }}
    >
      {() => <p>{t('forms.archiveText')}</p>}
    </FormDialog>
  )
}
