import { Link } from '@tanstack/react-router'
import { findIncluded } from '../../api/documents.ts'
import { listOrders } from '../../api/generated.ts'
import {
  type Column,
  countOf,
  DataTable,
  FilterChips,
  isEmpty,
  SearchField,
} from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { ChoiceFilter, DaysFilter, OfferFilter } from '../../parts/list-filters.tsx'
import { money } from '../../parts/money.ts'
import { Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { t } from '../../texts/translate.ts'
import { movesOf, OrderState } from './order-state.tsx'
import { CustomerOf, TestMark, useInclude } from './parts.tsx'
import { NoSales, RecordSale } from './record-sale-button.tsx'

/** What customers bought at once. */
export function Orders() {
  const { subdomain: site } = useCurrentSite()
  const { search } = useAddress()
  const include = useInclude('customer', 'order_items', 'payment_transactions')
  const query = useSiteList('orders', listOrders, include)
  type Row = NonNullable<typeof query.data>['data'][number]
  const titlesOf = ({ relationships }: Row) =>
    (relationships.order_items?.data ?? []).map((item) =>
      String(findIncluded(query.data, item)?.attributes.title ?? ''),
    )
  const stateOf = ({ attributes, relationships }: Row) => (
    <>
      <OrderState order={attributes} moves={movesOf(query.data, relationships.payment_transactions?.data)} />{' '}
      <TestMark test={attributes.test} />
    </>
  )
  const columns: Column<Row>[] = [
    {
      title: t('orders.number'),
      sort: 'order_number',
      cell: (row) => (
        <>
          <Link to="/s/$site/orders/$id" params={{ site, id: row.id }}>
            {t('orders.one', { n: row.attributes.order_number })}
          </Link>
          <div className="on-phone">{stateOf(row)}</div>
        </>
      ),
    },
    {
      title: t('sales.customer'),
      cell: (row) => <CustomerOf customer={row.relationships.customer} document={query.data} />,
    },
    { title: t('orders.items'), isMinor: true, cell: (row) => titlesOf(row).join(', ') },
    {
      title: t('sales.state'),
      isMinor: true,
      cell: stateOf,
    },
    {
      title: t('sales.date'),
      isMinor: true,
      cell: ({ attributes }) => <Moment at={attributes.ordered_at} as="day" />,
    },
    {
      title: t('sales.total'),
      isFigure: true,
      sort: 'total_price_in_cents',
      cell: ({ attributes }) => money(attributes.total_price_in_cents, attributes.currency_code),
    },
  ]
  return (
    <>
      <Heading
        title={t('orders.title')}
        lead={countOf('orders.count', query.data)}
        actions={isEmpty(query.data, search) ? null : <RecordSale />}
      />
      <div className="toolbar">
        <SearchField parameter="filter[name_or_email]" label={t('sales.searchCustomer')} />
        <OfferFilter />
        <ChoiceFilter
          name="filter[fulfilled_at_null]"
          label={t('sales.state')}
          options={{ false: t('orders.paid'), true: t('orders.pending') }}
        />
        <DaysFilter />
        <FilterChips labels={{ 'filter[contact_id]': () => t('sales.ofOneContact') }} />
      </div>
      <DataTable label={t('orders.title')} query={query} columns={columns} empty={<NoSales />} />
    </>
  )
}
