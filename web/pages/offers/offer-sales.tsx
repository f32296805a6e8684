import { useQuery } from '@tanstack/react-query'
import { listPurchases } from '../../api/generated.ts'
import { listOf } from '../../api/queries.ts'
import { countOf, DataTable } from '../../parts/data-table.tsx'
import { Card, Empty } from '../../parts/page.tsx'
import { apiParameters, PAGE_SIZE, useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { useInclude } from '../sales/parts.tsx'
import { purchaseColumns } from '../sales/purchase-columns.tsx'

/** Who has bought the offer. */
export function OfferSales({ offerId }: { offerId: string }) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const { search } = useAddress()
  const query = useQuery(
    listOf('purchases', listPurchases, {
      'page[size]': PAGE_SIZE,
      ...apiParameters(search),
      'filter[site_id]': siteId,
      'filter[offer_id]': offerId,
      ...useInclude('customer', 'offer'),
    }),
  )
  const { offer, customer, status, date, amount } = purchaseColumns(site, query.data)
  return (
    <Card
      title={t('offers.sales')}
      action={<span className="meta">{countOf('purchases.count', query.data)}</span>}
    >
      <DataTable
        label={t('offers.sales')}
        query={query}
        columns={[{ ...offer, title: t('purchases.purchase') }, customer, status, date, amount]}
        empty={<Empty text={t('offers.noSales')} />}
      />
    </Card>
  )
}
