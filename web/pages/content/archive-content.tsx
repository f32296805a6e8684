import { useNavigate } from '@tanstack/react-router'
import { refresh } from '../../api/queries.ts'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { type Kind, operations } from './kinds.ts'

interface ArchiveContentProps {
  kind: Kind
  id: string
  title: string
  onClose: () => void
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
        notify(t('products.archived', { title }))
      }}
    >
      {() => <p>{t('content.archiveText')}</p>}
    </FormDialog>
  )
}
