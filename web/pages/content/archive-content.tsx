import { useNavigate } from '@tanstack/react-router'
import { refresh } from '../../api/queries.ts'
import { notifyArchived } from '../../parts/archived.tsx'
import { FormDialog } from '../../parts/forms.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { type Kind, operations } from './kinds.ts'

interface ArchiveContentProps {
  kind: Kind
  id: string
  title: string
  onClose: () => void
}

/** Makes a page again what it was. */
export async function restoreContent(kind: Kind, id: string): Promise<void> {
  await operations[kind].update(id, { data: { type: kind, id, attributes: { archived: false } } })
  await refresh(kind)
}

/** Ends a page of the site, and shows the list. */
export function ArchiveContent({ kind, id, title, onClose }: ArchiveContentProps) {
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
        await operations[kind].archive(id)
        await navigate({ to: '/s/$site/pages/$kind', params: { site, kind } })
        await refresh(kind)
        notifyArchived(title, () => restoreContent(kind, id))
      }}
    >
      {() => <p>{t('content.archiveText')}</p>}
    </FormDialog>
  )
}
