import { Button } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { findIncluded, type Identifier } from '../../api/documents.ts'
import { getTransaction } from '../../api/generated.ts'
import { oneOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Moment } from '../../parts/dates.tsx'
import { RotateIcon } from '../../parts/icons.tsx'
import { money } from '../../parts/money.ts'
import { onDemand } from '../../parts/on-demand.tsx'
import { Card, Facts, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { BackTo, CustomerOf, offerTitle, providerName, TestMark, useInclude } from './parts.tsx'
import { actionName, SaleStatus } from './words.tsx'

const RefundDialog = onDemand(async () => (await import('./refund-dialog.tsx')).RefundDialog)

/** Payments that can be paid back. */
const CHARGES = ['charge', 'subscribe', 'subscription_charge']

/** A payment, a refund or a dispute: how much moved where, and for what. */
export function TransactionPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const may = useMay()
  const include = useInclude('customer', 'offer', 'order', 'purchases')
  const { data: document } = useSuspenseQuery(oneOf('transactions', getTransaction, id, include))
  const { attributes: transaction, relationships } = document.data
  const { action, state, amount_in_cents, currency, settlement_currency } = transaction
  const amount = money(amount_in_cents, currency)
  const canRefund =
    may('manage:orders') && state === 'succeeded' && amount_in_cents > 0 && CHARGES.includes(action)
  const order = findIncluded(document, relationships.order?.data)
  const settled = (cents: number | null) =>
    cents === null || settlement_currency === null ? null : money(cents, settlement_currency)
  return (
    <>
      <Heading
        back={<BackTo to="/s/$site/transactions" text="transactions.title" />}
        title={`${actionName(action)} ${amount}`}
        state={
          <>
            <SaleStatus status={state} />
            <TestMark test={transaction.test} />
          </>
        }
        lead={<CustomerOf customer={relationships.customer} document={document} />}
        actions={
          canRefund && (
            <Button
              variant="default"
              leftSection={<RotateIcon size={16} />}
              onClick={() => change({ dialog: 'refund' })}
            >
              {t('refund.open')}
            </Button>
          )
        }
      />
      <div className="columns">
        <Card title={t('transactions.facts')}>
          {transaction.failure && <p className="problem">{transaction.failure}</p>}
          <Facts
            facts={{
              [t('contact.id')]: <code>{id}</code>,
              [t('sales.amount')]: amount,
              [t('sales.tax')]: money(transaction.sales_tax_in_cents, currency),
              [t('transactions.fee')]:
                transaction.payment_fee_in_cents === null
                  ? null
                  : money(transaction.payment_fee_in_cents, settlement_currency ?? currency),
              [t('transactions.settled')]: settled(transaction.settlement_amount_in_cents),
              [t('sales.date')]: <Moment at={transaction.created_at} as="day" />,
              [t('sales.provider')]: providerName(transaction.provider),
              [t('sales.reference')]: transaction.provider_reference && (
                <code>{transaction.provider_reference}</code>
              ),
              [t('orders.order')]: order && (
                <Link to="/s/$site/orders/$id" params={{ site, id: order.id }}>
                  {t('orders.one', { n: String(order.attributes.order_number) })}
                </Link>
              ),
            }}
          />
        </Card>
        <Card title={t('transactions.pays')}>
          <PaidFor purchases={relationships.purchases?.data ?? []} title={paidTitle()} />
        </Card>
      </div>
      {search.dialog === 'refund' && canRefund && (
        <RefundDialog
          of={{ kind: 'transactions', id, title: amount }}
          charge={transaction}
          onClose={() => change({ dialog: undefined })}
        />
      )}
    </>
  )

  /** A transaction for several offers names none. */
  function paidTitle(): string | undefined {
    return relationships.offer?.data ? offerTitle(relationships.offer, document) : undefined
  }
}

function PaidFor({ purchases, title }: { purchases: Identifier[]; title: string | undefined }) {
  const { subdomain: site } = useCurrentSite()
  if (purchases.length === 0) return <p className="meta">{t('transactions.paysNothing')}</p>
  return (
    <ul className="plain-list">
      {purchases.map(({ id }) => (
        <li key={id}>
          <Link to="/s/$site/purchases/$id" params={{ site, id }}>
            {purchases.length === 1 && title ? title : t('purchases.one', { id })}
          </Link>
        </li>
      ))}
    </ul>
  )
}
