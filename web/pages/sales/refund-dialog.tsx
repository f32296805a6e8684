import { Radio, TextInput } from '@mantine/core'
import { useState } from 'react'
import { createOrderRefund, createTransactionRefund } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { Consequences } from '../../parts/consequences.tsx'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { money } from '../../parts/money.ts'
import { MoneyInput } from '../../parts/money-input.tsx'
import { useSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import type { Item } from './order-items.tsx'
import type { Move } from './order-state.tsx'
import { providerName } from './parts.tsx'

interface RefundDialogProps {
  /** What is refunded: an order, or a single payment. */
  of: { kind: 'orders' | 'transactions'; id: string; title: string }
  charge: Pick<Move, 'currency' | 'provider' | 'through_provider_account'>
  /** What can be paid back at most, where that is known. */
  left?: number
  /** Each of them can be paid back for itself. */
  items?: Item[]
  onClose: () => void
}

type Extent = 'full' | 'part' | 'items'

const REQUESTS = { orders: createOrderRefund, transactions: createTransactionRefund }

/** Pays back a payment, in full or in part; before it is done, what follows from it. */
export function RefundDialog({ of, charge, left, items = [], onClose }: RefundDialogProps) {
  const { currency, provider, through_provider_account: isConnected } = charge
  const { refund_ends_access: endsAccess } = useSite().site!.attributes
  const [extent, setExtent] = useState<Extent>('full')
  const [part, setPart] = useState<number | null>(null)
  const [parts, setParts] = useState<Record<string, number | null>>({})
  const [reference, setReference] = useState('')
  const chosen = Object.entries(parts).flatMap(([order_item_id, amount_in_cents]) =>
    amount_in_cents ? [{ order_item_id, amount_in_cents }] : [],
  )
  const amount =
    extent === 'full'
      ? left
      : extent === 'part'
        ? (part ?? 0)
        : chosen.reduce((sum, { amount_in_cents }) => sum + amount_in_cents, 0)
  const isAll = extent === 'full' || amount === left
  const shown = amount === undefined ? t('refund.everything') : money(amount, currency)

  async function save() {
    const attributes = {
      ...(extent === 'part' && { amount_in_cents: part ?? 0 }),
      ...(extent === 'items' && { items: chosen }),
      ...(reference !== '' && { provider_reference: reference.trim() }),
    }
    await REQUESTS[of.kind](of.id, { data: { type: 'transactions', attributes } })
    await refresh('orders', 'purchases', 'transactions', 'customers', 'grants', 'events', 'reports')
    onClose()
    notify(t('refund.done', { amount: shown }))
  }

  return (
    <FormDialog
      title={t('refund.title', { title: of.title })}
      fields={['amount_in_cents', 'items', 'provider_reference']}
      submitLabel={t('refund.submit', { amount: shown })}
      canSubmit={amount === undefined || (amount > 0 && amount <= (left ?? amount))}
      isDangerous
      onClose={onClose}
      onSubmit={save}
    >
      {(errors) => (
        <>
          <Radio.Group
            label={t('refund.howMuch')}
            value={extent}
            onChange={(value) => setExtent(value as Extent)}
          >
            <div className="radio-pair">
              <Radio
                value="full"
                label={
                  left === undefined
                    ? t('refund.allLeft')
                    : t('refund.all', { amount: money(left, currency) })
                }
              />
              <Radio value="part" label={t('refund.part')} />
              {items.length > 1 && <Radio value="items" label={t('refund.items')} />}
            </div>
          </Radio.Group>
          {extent === 'part' && (
            <MoneyInput
              label={t('sales.amount')}
              currency={currency}
              {...(left !== undefined && {
                max: left,
                description: t('refund.most', { amount: money(left, currency) }),
              })}
              value={part}
              error={errors.amount_in_cents}
              onChange={setPart}
            />
          )}
          {extent === 'items' &&
            items.map(({ id, title }) => (
              <MoneyInput
                key={id}
                label={title}
                currency={currency}
                value={parts[id] ?? null}
                error={errors.items}
                onChange={(value) => setParts({ ...parts, [id]: value })}
              />
            ))}
          {!isConnected && (
            <TextInput
              label={t('sales.reference')}
              description={t('refund.referenceHint')}
              value={reference}
              error={errors.provider_reference}
              onChange={({ currentTarget }) => setReference(currentTarget.value)}
            />
          )}
          <Consequences
            lines={[
              isConnected
                ? t('refund.providerPays', { provider: providerName(provider), amount: shown })
                : t('refund.onlyRecorded', { amount: shown }),
              isAll
                ? t(endsAccess ? 'refund.accessEnds' : 'refund.accessStaysBySite')
                : t('refund.accessStays'),
              t('refund.subscription'),
              t('refund.revenue'),
            ]}
          />
        </>
      )}
    </FormDialog>
  )
}
