import { useNavigate } from '@tanstack/react-router'
import { refresh } from '../../api/queries.ts'
import { ArchiveDialog } from '../../parts/archive-dialog.tsx'
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
    <ArchiveDialog
      title={title}
      archive={() => operations[kind].archive(id)}
      leave={async () => {
        await navigate({ to: '/s/$site/pages/$kind', params: { site, kind } })
        await refresh(kind)
      }}
      restore={() => restoreContent(kind, id)}
      onClose={onClose}
    >
      <p>{t('content.archiveText')}</p>
    </ArchiveDialog>
  )
}
