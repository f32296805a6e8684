import { useNavigate } from '@tanstack/react-router'
import { deleteForm, updateForm } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { ArchiveDialog } from '../../parts/archive-dialog.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'

/** Opens an archived form again. */
export async function restoreForm(id: string): Promise<void> {
  await updateForm(id, { data: { type: 'forms', id, attributes: { archived: false } } })
  await refresh('forms')
}

/** Closes a form, and shows the list. */
export function ArchiveForm({ id, title, onClose }: { id: string; title: string; onClose: () => void }) {
  const { subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  return (
    <ArchiveDialog
      title={title}
      archive={() => deleteForm(id)}
      leave={async () => {
        await navigate({ to: '/s/$site/forms', params: { site } })
        await refresh('forms')
      }}
      restore={() => restoreForm(id)}
      onClose={onClose}
    >
      <p>{t('forms.archiveText')}</p>
    </ArchiveDialog>
  )
}
