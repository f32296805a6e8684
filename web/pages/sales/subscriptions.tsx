import { SegmentedControl } from '@mantine/core'
import { listPurchases } from '../../api/generated.ts'
import { countOf, DataTable, SearchField } from '../../parts/data-table.tsx'
import { ChoiceFilter, DaysFilter, OfferFilter } from '../../parts/list-filters.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { t } from '../../texts/translate.ts'
import { useInclude } from './parts.tsx'
import { purchaseColumns } from './purchase-columns.tsx'
import { statusName } from './words.tsx'

const STATUSES = ['trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled', 'completed']

const TYPE = 'filter[payment_type]'

/** Purchases that are paid again and again: subscriptions, and payment plans. */
export function Subscriptions() {
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const query = useSiteList('purchases', listPurchases, {
    [TYPE]: 'subscription',
    ...useInclude('customer', 'offer'),
  })
  const isPlans = search[TYPE] === 'multipay'
  const columns = purchaseColumns(site, query.data)
  return (
    <>
      <Heading
        title={t('subscriptions.title')}
        lead={countOf(isPlans ? 'subscriptions.plans' : 'subscriptions.count', query.data)}
      />
      <div className="toolbar">
        <SegmentedControl
          size="sm"
          aria-label={t('sales.type')}
          data={[
            { value: 'subscription', label: t('subscriptions.title') },
            { value: 'multipay', label: t('subscriptions.plansTitle') },
          ]}
          value={isPlans ? 'multipay' : 'subscription'}
          onChange={(type) =>
            change({ [TYPE]: type === 'multipay' ? type : undefined, 'page[number]': undefined })
          }
        />
        <SearchField parameter="filter[name_or_email]" label={t('sales.searchCustomer')} />
        <OfferFilter />
        <ChoiceFilter
          name="filter[status]"
          label={t('sales.state')}
          options={Object.fromEntries(STATUSES.map((status) => [status, statusName(status)]))}
        />
        <DaysFilter />
      </div>
      <DataTable
        label={t('subscriptions.title')}
        query={query}
        columns={[
          columns.offer,
          columns.customer,
          columns.status,
          columns.next,
          { ...columns.date, title: t('subscriptions.since') },
          columns.price,
        ]}
        empty={<Empty text={t('subscriptions.empty')} />}
      />
    </>
  )
}
