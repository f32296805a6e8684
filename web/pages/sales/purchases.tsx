import { listPurchases } from '../../api/generated.ts'
import { countOf, DataTable, FilterChips, isEmpty, SearchField } from '../../parts/data-table.tsx'
import { ChoiceFilter, DaysFilter, OfferFilter } from '../../parts/list-filters.tsx'
import { Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { t } from '../../texts/translate.ts'
import { useInclude } from './parts.tsx'
import { purchaseColumns } from './purchase-columns.tsx'
import { NoSales, RecordSale } from './record-sale-button.tsx'
import { PURCHASE_STATUSES, statusName } from './words.tsx'

/** Offers that were bought, and the access that they give. */
export function Purchases() {
  const { subdomain: site } = useCurrentSite()
  const { search } = useAddress()
  const query = useSiteList('purchases', listPurchases, useInclude('customer', 'offer'))
  const columns = purchaseColumns(site, query.data)
  return (
    <>
      <Heading
        title={t('purchases.title')}
        lead={countOf('purchases.count', query.data)}
        actions={isEmpty(query.data, search) ? null : <RecordSale />}
      />
      <div className="toolbar">
        <SearchField parameter="filter[name_or_email]" label={t('sales.searchCustomer')} />
        <OfferFilter />
        <ChoiceFilter
          name="filter[status]"
          label={t('sales.state')}
          options={Object.fromEntries(PURCHASE_STATUSES.map((status) => [status, statusName(status)]))}
        />
        <ChoiceFilter
          name="filter[active]"
          label={t('purchases.access')}
          options={{ true: t('purchases.withAccess'), false: t('purchases.withoutAccess') }}
        />
        <DaysFilter />
        <FilterChips labels={{ 'filter[contact_id]': () => t('sales.ofOneContact') }} />
      </div>
      <DataTable
        label={t('purchases.title')}
        query={query}
        columns={[
          columns.offer,
          columns.customer,
          columns.status,
          columns.access,
          columns.date,
          columns.amount,
        ]}
        empty={<NoSales />}
      />
    </>
  )
}
