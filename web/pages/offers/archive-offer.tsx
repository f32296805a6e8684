import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { deleteOffer, listAutomations, listGrants, updateOffer } from '../../api/generated.ts'
import { listOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { ArchiveDialog } from '../../parts/archive-dialog.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { plural, t } from '../../texts/translate.ts'

export async function restoreOffer(id: string): Promise<void> {
  await updateOffer(id, { data: { type: 'offers', id, attributes: { archived: false } } })
  await refresh('offers')
}

/** Says who keeps the offer, and which automations must be changed first. */
export function ArchiveOffer({ id, title, onClose }: { id: string; title: string; onClose: () => void }) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  const { data: holders } = useQuery(
    listOf('grants', listGrants, {
      'filter[site_id]': siteId,
      'filter[offer_id]': id,
      'page[size]': 1,
    }),
  )
  const may = useMay()
  const { data: automations } = useQuery({
    ...listOf('automations', listAutomations, {
      'filter[offer_id]': id,
      'filter[enabled]': 'true',
      'page[size]': 1,
    }),
    enabled: may('view:automations'),
  })
  const count = holders?.meta.total_count
  const naming = automations?.meta.total_count ?? 0
  return (
    <ArchiveDialog
      title={title}
      archive={() => deleteOffer(id)}
      leave={async () => {
        await navigate({ to: '/s/$site/offers', params: { site } })
        await refresh('offers')
      }}
      restore={() => restoreOffer(id)}
      onClose={onClose}
    >
      <p>
        {t('offers.archiveText')} {count !== undefined && plural('offers.keep', count)}
      </p>
      {naming > 0 && <p>{plural('offers.named', naming)}</p>}
    </ArchiveDialog>
  )
}
