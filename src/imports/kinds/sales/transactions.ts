import type { Tx } from '../../../platform/db/database.ts'
import { dateOrder } from '../../../sales/moved/date-order.ts'
import { findSamePayment, KAJABI, orderOfFile } from '../../../sales/moved/find-same.ts'
import { recordSales } from '../../../sales/orders/record-sales.ts'
import { findPurchase } from '../../../sales/purchases/find-purchase.ts'
import { lockPurchase } from '../../../sales/purchases/lock-purchase.ts'
import type { TransactionState } from '../../../sales/states.ts'
import { findCharges } from '../../../sales/transactions/find-charges.ts'
import { type FoundTransaction, lockTransaction } from '../../../sales/transactions/find-transaction.ts'
import { recordPayment } from '../../../sales/transactions/record-payment.ts'
import { readRefundable, recordRefund } from '../../../sales/transactions/record-refund.ts'
import type { ImportContext, ImportKind, ImportRow, RowOutcome } from '../../import-kind.ts'
import { readDate } from '../../reading/read-date.ts'
import { RowProblem } from '../../row-problem.ts'
import { performEach } from '../each-row.ts'
import {
  amountIn,
  buyerOf,
  currencyIn,
  type FindOffer,
  knownBuyerOf,
  nameElsewhere,
  offersOf,
  pastTimeIn,
  referenceIn,
  type SoldOffer,
  saleFields,
} from './read-sale.ts'

export const importTransactions: ImportKind = {
  name: 'transactions',
  summary: 'import payments and refunds, after the subscriptions that they are of',
  hasCustomFields: false,
  needs: ['manage:orders', 'manage:contacts'],
  fields: [
    {
      name: 'transaction_id',
      labels: ['ID', 'Transaction ID'],
      description: 'By which the transaction is found',
      isRequired: true,
    },
    {
      name: 'order_no',
      labels: ['Order No.', 'Order Number'],
      description: 'What was bought together has the same',
    },
    ...saleFields,
    {
      name: 'type',
      labels: ['Type'],
      description: 'A refund, or a payment; the amount of a refund can be negative',
    },
    { name: 'tax_amount', labels: ['Tax Amount', 'Tax'], description: 'The tax in the amount' },
    { name: 'quantity', labels: ['Quantity'], description: 'Otherwise 1' },
  ],
  async perform(tx, context, groups) {
    const findOffer = await offersOf(tx, context)
    return performEach(
      tx,
      context,
      groups.flatMap((rows) => inOrderOfTime(context, rows)),
      (row) => importTransaction(tx, context, row, findOffer),
    )
  },
}

const isRefund = ({ values: { type = '', amount = '' } }: ImportRow): boolean =>
  /refund/i.test(type) || /^\s*[-(]/.test(amount.replace(/[^\d(.-]/g, ''))

/** Files begin with the latest; a refund comes after its payment. */
function inOrderOfTime({ dates }: ImportContext, rows: ImportRow[]): ImportRow[] {
  const timeOf = ({ values }: ImportRow) => readDate(values.created_at ?? '', dates)?.getTime() ?? 0
  return rows
    .map((row) => ({ row, time: timeOf(row), refund: Number(isRefund(row)) }))
    .sort((one, other) => one.time - other.time || one.refund - other.refund)
    .map(({ row }) => row)
}

async function importTransaction(
  tx: Tx,
  context: ImportContext,
  row: ImportRow,
  findOffer: FindOffer,
): Promise<RowOutcome> {
  const reference = referenceIn(row, 'transaction_id')
  const named = await lockTransaction(tx, context.siteId, { provider: KAJABI, reference })
  if (named) return unchanged(named)
  const payment = { reference, state: stateOf(row), occurred_at: pastTimeIn(context, row, 'created_at') }
  const offer = findOffer(row)
  const known = await findKnown(tx, context, row, payment, offer)
  if (known) return unchanged(known)
  const contactId = await buyerOf(tx, context, row)
  const record = isRefund(row) ? refund : charge
  await record(tx, context, row, { payment, contactId, offer })
  const made = await lockTransaction(tx, context.siteId, { provider: KAJABI, reference })
  return { status: 'created', contactId, result: { transaction_id: made?.id ?? null } }
}

const unchanged = ({ id, contact_id }: FoundTransaction): RowOutcome => ({
  status: 'unchanged',
  contactId: contact_id,
  result: { transaction_id: id },
})

/** The same payment from this server's own export, or from the API of Kajabi; null: it is new. */
async function findKnown(
  tx: Tx,
  context: ImportContext,
  row: ImportRow,
  { reference, occurred_at: occurredAt }: ReadTransaction['payment'],
  offer: SoldOffer,
): Promise<FoundTransaction | null> {
  const { siteId } = context
  const contactId = await knownBuyerOf(tx, context, row)
  if (contactId === null) return null
  // A payment for several offers has a row for each.
  const ownName = nameElsewhere(context, reference.replace(/\/\d+$/, ''))
  const own = ownName && (await lockTransaction(tx, siteId, ownName))
  if (own?.contact_id === contactId) return own
  const { amount, currency } = moneyOf(row, offer)
  const sought = {
    contactId,
    offerId: offer.id,
    amount: isRefund(row) ? -amount : amount,
    currency,
    occurredAt,
  }
  const id = await findSamePayment(tx, siteId, sought, { isOfFile: false })
  return id === null ? null : lockTransaction(tx, siteId, { id })
}

const STATES: Record<string, TransactionState> = {
  succeeded: 'succeeded',
  success: 'succeeded',
  successful: 'succeeded',
  paid: 'succeeded',
  completed: 'succeeded',
  complete: 'succeeded',
  captured: 'succeeded',
  refunded: 'succeeded',
  'partially refunded': 'succeeded',
  failed: 'failed',
  declined: 'failed',
  pending: 'initialized',
  initialized: 'initialized',
}

function stateOf({ values }: ImportRow): TransactionState {
  const state = STATES[(values.status ?? '').toLowerCase().replaceAll('_', ' ')]
  if (state) return state
  throw new RowProblem('status', 'invalid', `It must be one of ${Object.keys(STATES).join(', ')}.`)
}

interface ReadTransaction {
  payment: { reference: string; state: TransactionState; occurred_at: Date }
  contactId: string
  offer: SoldOffer
}

async function charge(tx: Tx, context: ImportContext, row: ImportRow, read: ReadTransaction): Promise<void> {
  const { siteId, origin } = context
  const { payment, contactId, offer } = read
  const { amount, tax, currency } = moneyOf(row, offer)
  const sold = { contactId, offerId: offer.id, provider: KAJABI, currency }
  const known = await findPurchase(tx, siteId, sold)
  const isRecurring = offer.payment_type === 'subscription' || offer.payment_type === 'multipay'
  if (!isRecurring && !known?.isRecurring) return sell(tx, context, row, read)
  if (!known?.isRecurring)
    throw new RowProblem(
      'offer_id',
      'subscription_missing',
      'It pays for a subscription that is not here. Import the subscriptions first.',
    )
  const purchase = await lockPurchase(tx, [siteId], known.id)
  if (currency !== purchase.currency)
    throw new RowProblem('currency', 'currency_mismatch', `The subscription is paid in ${purchase.currency}.`)
  await recordPayment(
    tx,
    purchase,
    {
      ...payment,
      action: 'subscription_charge',
      provider: KAJABI,
      provider_account_id: null,
      amount,
      tax,
      period_start: payment.occurred_at,
      period_end: null,
    },
    origin,
  )
}

function moneyOf(row: ImportRow, offer: SoldOffer): { amount: number; tax: number; currency: string } {
  const currency = currencyIn(row, offer)
  const amount = Math.abs(amountIn(row, 'amount', currency))
  const tax = row.values.tax_amount === undefined ? 0 : Math.abs(amountIn(row, 'tax_amount', currency))
  if (tax <= amount) return { amount, tax, currency }
  throw new RowProblem('tax_amount', 'invalid', 'It is more than the amount, which has it in it.')
}

/** Records the sale that is paid at once. */
async function sell(
  tx: Tx,
  { siteId, origin, settings }: ImportContext,
  row: ImportRow,
  { payment, contactId, offer }: ReadTransaction,
): Promise<void> {
  const { amount, tax, currency } = moneyOf(row, offer)
  const [outcome] = await recordSales(
    tx,
    [
      {
        siteId,
        contactId,
        origin,
        send_customer_welcome_email: settings.notify,
        provider: KAJABI,
        reference: orderOfFile('transactions', payment.reference),
        currency,
        ordered_at: payment.occurred_at,
        items: [
          {
            offer_id: offer.id,
            quantity: quantityOf(row),
            ...{ subtotal: amount - tax, discount: 0, tax, total: amount },
            payment_type: amount === 0 ? 'free' : 'single',
            amount,
            coupon_code: row.values.coupon_used ?? null,
            subscription: null,
          },
        ],
        payment: { state: payment.state, reference: payment.reference },
      },
    ],
    origin.now,
  )
  if (outcome!.error !== null)
    throw new RowProblem('email', outcome!.error, 'The customer could not be recorded.')
  if (outcome!.isNew) await dateOrder(tx, siteId, outcome!.orderId, payment.occurred_at)
}

function quantityOf({ values: { quantity = '1' } }: ImportRow): number {
  if (/^[1-9]\d{0,2}$/.test(quantity)) return Number(quantity)
  throw new RowProblem('quantity', 'invalid', 'It must be a whole number from 1 to 999.')
}

/** Records a refund of the latest payment of which so much is left. */
async function refund(
  tx: Tx,
  { siteId, origin }: ImportContext,
  row: ImportRow,
  { payment, contactId, offer }: ReadTransaction,
): Promise<void> {
  const { amount } = moneyOf(row, offer)
  const found = { contactId, offerId: offer.id, provider: KAJABI }
  for (const id of await findCharges(tx, siteId, found, payment.occurred_at)) {
    const paid = (await lockTransaction(tx, siteId, { id }))!
    if ((await readRefundable(tx, paid)).amount < amount) continue
    await recordRefund(tx, paid, { ...payment, amount }, origin)
    return
  }
  throw new RowProblem('amount', 'charge_missing', 'No payment before it has so much left to pay back.')
}
