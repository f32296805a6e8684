import { Link } from '@tanstack/react-router'
import { listTransactions } from '../../api/generated.ts'
import { type Column, countOf, DataTable, FilterChips, SearchField } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { ChoiceFilter, DaysFilter, OfferFilter } from '../../parts/list-filters.tsx'
import { money } from '../../parts/money.ts'
import { Heading } from '../../parts/page.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { t } from '../../texts/translate.ts'
import { CustomerOf, offerTitle, providerName, TestMark, useInclude } from './parts.tsx'
import { NoSales } from './record-sale-button.tsx'
import { actionName, SaleStatus, statusName, TRANSACTION_ACTIONS, TRANSACTION_STATES } from './words.tsx'

/** Money that moved: payments, refunds and disputes. */
export function Transactions() {
  const { subdomain: site } = useCurrentSite()
  const query = useSiteList('transactions', listTransactions, useInclude('customer', 'offer'))
  type Row = NonNullable<typeof query.data>['data'][number]
  const stateOf = ({ attributes }: Row) => (
    <>
      <SaleStatus status={attributes.state} /> <TestMark test={attributes.test} />
    </>
  )
  const columns: Column<Row>[] = [
    {
      title: t('transactions.kind'),
      cell: (row) => (
        <>
          <Link to="/s/$site/transactions/$id" params={{ site, id: row.id }}>
            {actionName(row.attributes.action)}
          </Link>
          <div className="on-phone">{stateOf(row)}</div>
        </>
      ),
    },
    {
      title: t('sales.customer'),
      cell: ({ relationships }) => <CustomerOf customer={relationships.customer} document={query.data} />,
    },
    {
      title: t('record.offer'),
      isMinor: true,
      cell: ({ relationships }) => relationships.offer?.data && offerTitle(relationships.offer, query.data),
    },
    {
      title: t('sales.state'),
      isMinor: true,
      cell: stateOf,
    },
    {
      title: t('sales.provider'),
      isMinor: true,
      cell: ({ attributes }) => providerName(attributes.provider),
    },
    {
      title: t('sales.date'),
      isMinor: true,
      cell: ({ attributes }) => <Moment at={attributes.created_at} as="day" />,
    },
    {
      title: t('sales.amount'),
      isFigure: true,
      sort: 'amount_in_cents',
      cell: ({ attributes }) => money(attributes.amount_in_cents, attributes.currency),
    },
  ]
  const optionsOf = (names: string[], nameOf: (name: string) => string) =>
    Object.fromEntries(names.map((name) => [name, nameOf(name)]))
  return (
    <>
      <Heading title={t('transactions.title')} lead={countOf('transactions.count', query.data)} />
      <div className="toolbar">
        <SearchField parameter="filter[name_or_email]" label={t('sales.searchCustomer')} />
        <OfferFilter />
        <ChoiceFilter
          name="filter[action]"
          label={t('transactions.kind')}
          options={optionsOf(TRANSACTION_ACTIONS, actionName)}
        />
        <ChoiceFilter
          name="filter[state]"
          label={t('sales.state')}
          options={optionsOf(TRANSACTION_STATES, statusName)}
        />
        <DaysFilter />
        <FilterChips
          labels={{
            'filter[contact_id]': () => t('sales.ofOneContact'),
            'filter[purchase_id]': (id) => t('transactions.ofPurchase', { id }),
          }}
        />
      </div>
      <DataTable label={t('transactions.title')} query={query} columns={columns} empty={<NoSales />} />
    </>
  )
}
