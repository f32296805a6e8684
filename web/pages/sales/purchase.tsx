import { Button, Menu } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { now } from '../../api/clock.ts'
import { findIncluded } from '../../api/documents.ts'
import { getPurchase } from '../../api/generated.ts'
import { oneOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Moment } from '../../parts/dates.tsx'
import { LockIcon, RotateIcon, StopIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { onDemand } from '../../parts/on-demand.tsx'
import { Card, Facts, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { movesOf } from './order-state.tsx'
import { BackTo, CustomerOf, offerTitle, TestMark, useInclude } from './parts.tsx'
import { Payments } from './payments.tsx'
import { PurchaseAccess } from './purchase-access.tsx'
import { NextPayment } from './purchase-columns.tsx'
import type { ActProps } from './purchase-dialogs.tsx'
import { givesAccess, PAYMENT_TYPES, priceOf, SaleStatus } from './words.tsx'

type Act = 'deactivate' | 'reactivate' | 'cancel'

const dialogOf = (act: Act) =>
  onDemand<ActProps>(async () => {
    const dialogs = await import('./purchase-dialogs.tsx')
    return {
      deactivate: dialogs.Deactivate,
      reactivate: dialogs.Reactivate,
      cancel: dialogs.CancelSubscription,
    }[act]
  })

const DIALOGS = {
  deactivate: dialogOf('deactivate'),
  reactivate: dialogOf('reactivate'),
  cancel: dialogOf('cancel'),
}

/** Of a subscription that has ended, nothing is left to cancel. */
const FINAL = ['canceled', 'completed', 'incomplete_expired']

/** An offer that was bought: the access that it gives and why, and what is paid for it. */
export function PurchasePage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { search, change } = useAddress()
  const may = useMay()
  const include = useInclude('customer', 'offer', 'order', 'transactions')
  const { data: document } = useSuspenseQuery(oneOf('purchases', getPurchase, id, include))
  const { attributes: purchase, relationships } = document.data
  const title = offerTitle(relationships.offer, document)
  const isRecurring = purchase.interval !== null
  const isOpen = givesAccess(purchase, now())
  const canReactivate =
    !isOpen || purchase.blocks.some(({ cause, waived_at }) => cause === 'deactivated' && !waived_at)
  const canCancel = isRecurring && !FINAL.includes(purchase.status)
  const Dialog = DIALOGS[search.dialog as Act]
  const open = (act: Act) => () => change({ dialog: act })
  return (
    <>
      <Heading
        back={
          isRecurring ? (
            <BackTo to="/s/$site/subscriptions" text="subscriptions.title" />
          ) : (
            <BackTo to="/s/$site/purchases" text="purchases.title" />
          )
        }
        title={title}
        state={
          <>
            <SaleStatus status={purchase.status} />
            <TestMark test={purchase.test} />
          </>
        }
        lead={<CustomerOf customer={relationships.customer} document={document} />}
        actions={
          may('manage:purchases') && (
            <>
              {canReactivate ? (
                <Button variant="default" leftSection={<RotateIcon size={16} />} onClick={open('reactivate')}>
                  {t(isOpen ? 'purchases.removeEnd' : 'purchases.reactivate')}
                </Button>
              ) : (
                <Button variant="default" leftSection={<LockIcon size={16} />} onClick={open('deactivate')}>
                  {t('purchases.deactivate')}
                </Button>
              )}
              {(canCancel || (canReactivate && isOpen)) && (
                <MoreMenu label={t('contact.more')} width={240}>
                  {canReactivate && isOpen && (
                    <Menu.Item leftSection={<LockIcon size={16} />} onClick={open('deactivate')}>
                      {t('purchases.deactivate')}
                    </Menu.Item>
                  )}
                  {canCancel && (
                    <Menu.Item leftSection={<StopIcon size={16} />} onClick={open('cancel')}>
                      {t('purchases.cancel')}
                    </Menu.Item>
                  )}
                </MoreMenu>
              )}
            </>
          )
        }
      />
      <div className="columns">
        <div>
          <PurchaseAccess purchase={purchase} />
          {may('view:transactions') && (
            <Payments moves={movesOf(document, relationships.transactions?.data)} />
          )}
        </div>
        <Card title={t(isRecurring ? 'purchases.subscription' : 'purchases.facts')}>
          <Facts
            facts={{
              [t('contact.id')]: <code>{id}</code>,
              [t('offers.price')]: priceOf(purchase),
              [t('sales.type')]: t(PAYMENT_TYPES[purchase.payment_type] ?? 'sales.type.single'),
              ...(isRecurring && { [t('subscriptions.next')]: <NextPayment {...purchase} /> }),
              ...(purchase.payment_plan_total_payments !== null && {
                [t('purchases.made')]: t('purchases.madeOf', {
                  made: purchase.multipay_payments_made ?? 0,
                  total: purchase.payment_plan_total_payments,
                }),
              }),
              ...(purchase.trial_end_at && {
                [t('purchases.trial')]: <Moment at={purchase.trial_end_at} as="end" />,
              }),
              [t('sales.date')]: <Moment at={purchase.effective_start_at} as="day" />,
              ...(purchase.quantity > 1 && { [t('sales.quantity')]: purchase.quantity }),
              ...(purchase.coupon_code && { [t('sales.coupon')]: <code>{purchase.coupon_code}</code> }),
              [t('orders.order')]: <OrderOf order={relationships.order} document={document} />,
              ...(purchase.source && { [t('purchases.source')]: purchase.source }),
              ...(purchase.referrer && { [t('purchases.referrer')]: purchase.referrer }),
              ...(purchase.cardholder_name && { [t('purchases.cardholder')]: purchase.cardholder_name }),
            }}
          />
        </Card>
      </div>
      {Dialog && (
        <Dialog
          purchase={{ id, ...purchase }}
          title={title}
          canCancel={canCancel}
          onClose={() => change({ dialog: undefined })}
        />
      )}
    </>
  )
}

function OrderOf({
  order,
  document,
}: {
  order: { data: { type: 'orders'; id: string } | null } | undefined
  document: { included?: unknown[] }
}) {
  const { subdomain: site } = useCurrentSite()
  const found = findIncluded(document, order?.data)
  if (!found) return <span className="meta">–</span>
  return (
    <Link to="/s/$site/orders/$id" params={{ site, id: found.id }}>
      {t('orders.one', { n: String(found.attributes.order_number) })}
    </Link>
  )
}
