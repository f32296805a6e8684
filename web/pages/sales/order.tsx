import { Button } from '@mantine/core'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { now } from '../../api/clock.ts'
import { findIncluded } from '../../api/documents.ts'
import { getOrder, listPurchases } from '../../api/generated.ts'
import { listOf, oneOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Moment } from '../../parts/dates.tsx'
import { RotateIcon } from '../../parts/icons.tsx'
import { onDemand } from '../../parts/on-demand.tsx'
import { Card, Facts, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { type Item, OrderItems } from './order-items.tsx'
import { leftOf, movesOf, OrderState } from './order-state.tsx'
import { BackTo, CustomerOf, offerTitle, providerName, TestMark, useInclude } from './parts.tsx'
import { Payments } from './payments.tsx'
import { AccessOf, priceOf, SaleStatus } from './words.tsx'

const RefundDialog = onDemand(async () => (await import('./refund-dialog.tsx')).RefundDialog)

/** An order: what was sold, what was paid and paid back, and the access that follows from it. */
export function OrderPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { search, change } = useAddress()
  const may = useMay()
  const include = useInclude('customer', 'order_items', 'payment_transactions')
  const { data: document } = useSuspenseQuery(oneOf('orders', getOrder, id, include))
  const { attributes: order, relationships } = document.data
  const moves = movesOf(document, relationships.payment_transactions?.data)
  const items = (relationships.order_items?.data ?? []).flatMap((item) => {
    const found = findIncluded(document, item)
    return found ? [{ id: found.id, ...found.attributes } as unknown as Item] : []
  })
  const charge = moves.find(({ amount_in_cents, state }) => state === 'succeeded' && amount_in_cents > 0)
  const left = leftOf(moves)
  const title = t('orders.one', { n: order.order_number })
  return (
    <>
      <Heading
        back={<BackTo to="/s/$site/orders" text="orders.title" />}
        title={title}
        state={
          <>
            <OrderState order={order} moves={moves} />
            <TestMark test={order.test} />
          </>
        }
        lead={<CustomerOf customer={relationships.customer} document={document} />}
        actions={
          may('manage:orders') &&
          charge &&
          left > 0 && (
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
        <div>
          <OrderItems order={order} items={items} moves={moves} />
          <PurchasesOf orderId={id} />
          {may('view:transactions') && <Payments moves={moves} />}
        </div>
        <Card title={t('orders.facts')}>
          <Facts
            facts={{
              [t('contact.id')]: <code>{id}</code>,
              [t('sales.date')]: <Moment at={order.ordered_at} as="day" />,
              [t('sales.provider')]: providerName(order.provider),
              [t('sales.reference')]: order.provider_reference && <code>{order.provider_reference}</code>,
            }}
          />
        </Card>
      </div>
      {search.dialog === 'refund' && charge && (
        <RefundDialog
          of={{ kind: 'orders', id, title }}
          charge={charge}
          left={left}
          items={items}
          onClose={() => change({ dialog: undefined })}
        />
      )}
    </>
  )
}

/** What the order gives access to. */
function PurchasesOf({ orderId }: { orderId: string }) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const may = useMay()
  const include = useInclude('offer')
  const { data } = useQuery({
    ...listOf('purchases', listPurchases, {
      'filter[site_id]': siteId,
      'filter[order_id]': orderId,
      sort: 'id',
      'page[size]': 100,
      ...include,
    }),
    enabled: may('view:purchases'),
  })
  if (!may('view:purchases')) return null
  const time = now()
  return (
    <Card title={t('orders.purchases')}>
      {data?.data.length === 0 && <p className="meta">{t('orders.noPurchases')}</p>}
      <ul className="sale-lines">
        {data?.data.map(({ id, attributes, relationships }) => (
          <li key={id}>
            <div>
              <Link to="/s/$site/purchases/$id" params={{ site, id }}>
                {offerTitle(relationships.offer, data)}
              </Link>
              <span className="meta">{priceOf(attributes)}</span>
            </div>
            <div className="sale-states">
              <SaleStatus status={attributes.status} />
              <AccessOf purchase={attributes} now={time} />
            </div>
          </li>
        ))}
      </ul>
    </Card>
  )
}
