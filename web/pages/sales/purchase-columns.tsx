import { Link } from '@tanstack/react-router'
import { now } from '../../api/clock.ts'
import type { Complete } from '../../api/documents.ts'
import type { Purchase } from '../../api/generated.ts'
import type { Column } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { money } from '../../parts/money.ts'
import { t } from '../../texts/translate.ts'
import { CustomerOf, offerTitle, TestMark } from './parts.tsx'
import { AccessOf, priceOf, SaleStatus } from './words.tsx'

type Row = Complete<Purchase>
type Included = { included?: unknown[] } | undefined

/** Columns of lists of purchases, by name. */
export const purchaseColumns = (site: string, document: Included) => ({
  offer: {
    title: t('record.offer'),
    cell: ({ id, relationships }) => (
      <Link to="/s/$site/purchases/$id" params={{ site, id }}>
        {offerTitle(relationships.offer, document)}
      </Link>
    ),
  } satisfies Column<Row>,
  customer: {
    title: t('sales.customer'),
    cell: ({ relationships }) => <CustomerOf customer={relationships.customer} document={document} />,
  } satisfies Column<Row>,
  status: {
    title: t('sales.state'),
    cell: ({ attributes }) => (
      <>
        <SaleStatus status={attributes.status} /> <TestMark test={attributes.test} />
      </>
    ),
  } satisfies Column<Row>,
  access: {
    title: t('purchases.access'),
    isMinor: true,
    cell: ({ attributes }) => <AccessOf purchase={attributes} now={now()} />,
  } satisfies Column<Row>,
  date: {
    title: t('sales.date'),
    isMinor: true,
    cell: ({ attributes }) => <Moment at={attributes.created_at} as="day" />,
  } satisfies Column<Row>,
  amount: {
    title: t('sales.amount'),
    isFigure: true,
    sort: 'amount_in_cents',
    cell: ({ attributes }) => money(attributes.amount_in_cents, attributes.currency),
  } satisfies Column<Row>,
  price: {
    title: t('offers.price'),
    isFigure: true,
    cell: ({ attributes }) => priceOf(attributes),
  } satisfies Column<Row>,
  next: {
    title: t('subscriptions.next'),
    isMinor: true,
    cell: ({ attributes }) => <NextPayment {...attributes} />,
  } satisfies Column<Row>,
})

/** When a subscription is paid next, or when it ends. */
export function NextPayment({
  status,
  cancel_at,
  current_period_end_at: next,
}: Pick<Row['attributes'], 'status' | 'cancel_at' | 'current_period_end_at'>) {
  if (['canceled', 'completed', 'incomplete_expired'].includes(status)) return <span className="meta">–</span>
  if (cancel_at)
    return (
      <>
        {t('subscriptions.ends')} <Moment at={cancel_at} as="day" />
      </>
    )
  return <Moment at={next} as="day" />
}
