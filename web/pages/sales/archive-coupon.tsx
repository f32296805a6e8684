import { useNavigate } from '@tanstack/react-router'
import { deleteCoupon, updateCoupon } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { ArchiveDialog } from '../../parts/archive-dialog.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'

/** Has customers use an archived code again. */
export async function restoreCoupon(id: string): Promise<void> {
  await updateCoupon(id, { data: { type: 'coupons', id, attributes: { archived: false } } })
  await refresh('coupons')
}

/** Refuses a code from now on, and shows the list. */
export function ArchiveCoupon({ id, code, onClose }: { id: string; code: string; onClose: () => void }) {
  const { subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  return (
    <ArchiveDialog
      title={code}
      archive={() => deleteCoupon(id)}
      leave={async () => {
        await navigate({ to: '/s/$site/coupons', params: { site } })
        await refresh('coupons')
      }}
      restore={() => restoreCoupon(id)}
      onClose={onClose}
    >
      <p>{t('coupons.archiveText')}</p>
    </ArchiveDialog>
  )
}
