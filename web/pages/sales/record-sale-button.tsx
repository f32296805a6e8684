import { Button } from '@mantine/core'
import { useMay } from '../../api/session.ts'
import { Code, curl } from '../../parts/code.tsx'
import { PlusIcon } from '../../parts/icons.tsx'
import { onDemand } from '../../parts/on-demand.tsx'
import { Empty } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { t } from '../../texts/translate.ts'

const RecordSaleDialog = onDemand(async () => (await import('./record-sale.tsx')).RecordSaleDialog)

/** Records a sale that was made elsewhere. @param customer who is known already */
export function RecordSale({
  customer,
  isSecondary = false,
}: {
  customer?: { contactId: string; name: string }
  isSecondary?: boolean
}) {
  const { search, change } = useAddress()
  const may = useMay()
  if (!may('manage:orders') || !may('view:offers')) return null
  return (
    <>
      <Button
        {...(isSecondary && { variant: 'default', size: 'xs' })}
        leftSection={<PlusIcon size={isSecondary ? 14 : 16} />}
        onClick={() => change({ dialog: 'record-sale' })}
      >
        {t('record.open')}
      </Button>
      {search.dialog === 'record-sale' && (
        <RecordSaleDialog customer={customer} onClose={() => change({ dialog: undefined })} />
      )}
    </>
  )
}

/** In the place of a list of sales that has none. */
export function NoSales() {
  return (
    <Empty text={t('sales.empty')} action={<RecordSale />}>
      <Code
        label={t('code.request')}
        code={curl('POST', '/v1/orders', {
          data: {
            type: 'orders',
            attributes: { email: 'ada@example.com', items: [{ offer_id: '1', amount_in_cents: 4900 }] },
          },
        })}
      />
    </Empty>
  )
}
