import { Link } from '@tanstack/react-router'
import { listKajabiPaymentsPayouts } from '../../api/generated.ts'
import { type Column, countOf, DataTable } from '../../parts/data-table.tsx'
import { Moment, shownDay, useZone } from '../../parts/dates.tsx'
import { ChoiceFilter, DaysFilter } from '../../parts/list-filters.tsx'
import { moneyOf } from '../../parts/money.ts'
import { Empty, Heading } from '../../parts/page.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { t } from '../../texts/translate.ts'
import { PAYOUT_STATUSES, PayoutState, payoutStatusName } from './payout-state.tsx'

/** Money that payment providers transferred to the owner's bank account. */
export function Payouts() {
  const { subdomain: site } = useCurrentSite()
  const zone = useZone()
  const query = useSiteList('kajabi_payments_payouts', listKajabiPaymentsPayouts)
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    {
      title: t('sales.date'),
      sort: 'initiated_date',
      cell: ({ id, attributes }) => (
        <Link to="/s/$site/payouts/$id" params={{ site, id }}>
          {shownDay(attributes.initiated_date, zone)}
        </Link>
      ),
    },
    { title: t('sales.state'), cell: ({ attributes }) => <PayoutState status={attributes.status} /> },
    { title: t('payouts.bank'), isMinor: true, cell: ({ attributes }) => attributes.bank_account },
    {
      title: t('payouts.arrival'),
      isMinor: true,
      sort: 'estimated_arrival_date',
      cell: ({ attributes }) => <Moment at={attributes.estimated_arrival_date} as="day" />,
    },
    {
      title: t('payouts.entries'),
      isFigure: true,
      isMinor: true,
      cell: ({ attributes }) => attributes.transactions.length,
    },
    {
      title: t('sales.amount'),
      isFigure: true,
      cell: ({ attributes }) => moneyOf(attributes.amount, attributes.currency),
    },
  ]
  return (
    <>
      <Heading title={t('payouts.title')} lead={countOf('payouts.count', query.data)} />
      <div className="toolbar">
        <ChoiceFilter
          name="filter[status]"
          label={t('sales.state')}
          options={Object.fromEntries(PAYOUT_STATUSES.map((status) => [status, payoutStatusName(status)]))}
        />
        <DaysFilter />
      </div>
      <DataTable
        label={t('payouts.title')}
        query={query}
        columns={columns}
        empty={<Empty text={t('payouts.empty')} />}
      />
    </>
  )
}
