/** Subscriptions and invoices of the fake of Stripe. */
import { amountsOf, type Line } from './money.ts'
import { type Kept, listOf } from './objects.ts'
import { addCharge, startPayment } from './payments.ts'
import { emit, type FakeState } from './state.ts'

const DAY = 86_400

const UNIT_DAYS = { day: 1, week: 7 } as const

/** The end of a period that begins then, both in seconds. */
export function periodEnd(
  start: number,
  { interval, interval_count }: NonNullable<Line['recurring']>,
): number {
  if (interval === 'day' || interval === 'week') return start + UNIT_DAYS[interval] * interval_count * DAY
  const date = new Date(start * 1000)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + interval_count * (interval === 'year' ? 12 : 1))
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, last))
  return date.getTime() / 1000
}

interface NewSubscription {
  customer: string
  currency: string
  line: Line
  coupon: Kept<'coupon'> | null
  isTaxed: boolean
  trialDays: number | null
  metadata: Record<string, string>
}

export function startSubscription(state: FakeState, wanted: NewSubscription): Kept<'subscription'> {
  const { objects } = state
  const { customer, currency, line, coupon, isTaxed, trialDays, metadata } = wanted
  const { now } = objects
  const trialEnd = trialDays ? now + trialDays * DAY : null
  const item = {
    id: objects.id('si'),
    object: 'subscription_item' as const,
    created: now,
    current_period_start: now,
    current_period_end: trialEnd ?? periodEnd(now, line.recurring!),
    quantity: line.quantity,
    price: {
      id: objects.id('price'),
      object: 'price' as const,
      currency,
      product: line.product,
      recurring: { ...line.recurring!, usage_type: 'licensed' as const },
      tax_behavior: line.taxBehavior as 'inclusive' | 'exclusive' | 'unspecified',
      unit_amount: line.unitAmount,
    },
  }
  const subscription = objects.add('subscription', {
    automatic_tax: { enabled: isTaxed },
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    currency,
    customer,
    default_payment_method: null,
    discounts: coupon ? [discountOf(state, coupon).id] : [],
    ended_at: null,
    items: listOf([item]),
    latest_invoice: null,
    metadata,
    pause_collection: null,
    schedule: null,
    start_date: now,
    status: trialEnd ? 'trialing' : 'active',
    trial_end: trialEnd,
    trial_start: trialEnd && now,
  })
  emit(state, 'customer.subscription.created', subscription)
  payInvoice(state, createInvoice(state, subscription, 'subscription_create'))
  return subscription
}

/** What a coupon takes off a subscription that begins now. */
function discountOf({ objects }: FakeState, coupon: Kept<'coupon'>): Kept<'discount'> {
  const { duration, duration_in_months: months } = coupon
  const end =
    duration === 'repeating' ? periodEnd(objects.now, { interval: 'month', interval_count: months! }) : null
  return objects.add('discount', { source: { coupon: coupon.id, type: 'coupon' }, start: objects.now, end })
}

export const itemOf = (subscription: Kept<'subscription'>) => subscription.items!.data![0]!

function lineOf(subscription: Kept<'subscription'>): Line {
  const { price, quantity } = itemOf(subscription)
  return {
    product: price!.product as string,
    name: '',
    unitAmount: price!.unit_amount!,
    quantity: quantity!,
    taxBehavior: price!.tax_behavior!,
    recurring: price!.recurring as Line['recurring'],
  }
}

/** The invoice of the period that has begun; that of a trial is for nothing. */
export function createInvoice(
  state: FakeState,
  subscription: Kept<'subscription'>,
  reason: 'subscription_create' | 'subscription_cycle',
): Kept<'invoice'> {
  const { objects } = state
  const item = itemOf(subscription)
  const coupon = couponOf(state, subscription, reason)
  const line = lineOf(subscription)
  const isTrial = subscription.status === 'trialing'
  const amounts = isTrial
    ? { subtotal: 0, discount: 0, tax: 0, total: 0 }
    : amountsOf(state, [line], coupon, subscription.automatic_tax!.enabled!)
  const customer = objects.find('customer', subscription.customer)
  const invoice = objects.add('invoice', {
    amount_due: amounts.total,
    amount_paid: 0,
    amount_remaining: amounts.total,
    attempt_count: 0,
    attempted: false,
    billing_reason: reason,
    currency: subscription.currency!,
    customer: subscription.customer as string,
    customer_email: customer?.email ?? null,
    customer_name: customer?.name ?? null,
    discounts: [],
    lines: listOf([
      {
        id: objects.id('il'),
        object: 'line_item' as const,
        amount: amounts.subtotal,
        currency: subscription.currency!,
        period: { start: item.current_period_start!, end: item.current_period_end! },
        parent: {
          type: 'subscription_item_details' as const,
          invoice_item_details: null,
          subscription_item_details: {
            invoice_item: null,
            proration: false,
            proration_details: null,
            subscription: subscription.id,
            subscription_item: item.id!,
          },
        },
      },
    ]),
    metadata: {},
    next_payment_attempt: null,
    parent: {
      type: 'subscription_details',
      quote_details: null,
      subscription_details: { subscription: subscription.id, metadata: subscription.metadata! },
    },
    payments: listOf([]),
    // Of a cycle, Stripe looks back here: the period before.
    period_end: item.current_period_start!,
    period_start: item.current_period_start!,
    status: 'open',
    status_transitions: {
      finalized_at: objects.now,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
    subtotal: amounts.subtotal,
    total: amounts.total,
    total_discount_amounts: amounts.discount > 0 ? [{ amount: amounts.discount, discount: 'di' }] : [],
    total_taxes: amounts.tax > 0 ? [{ amount: amounts.tax, tax_behavior: 'exclusive' }] : [],
  })
  subscription.latest_invoice = invoice.id
  return invoice
}

/** A coupon for one payment applies to the first invoice alone, and one for months while they last. */
function couponOf(
  { objects }: FakeState,
  { discounts }: Kept<'subscription'>,
  reason: string,
): Kept<'coupon'> | null {
  if (!discounts?.[0]) return null
  const { source, end } = objects.get('discount', discounts[0])
  const coupon = objects.get('coupon', source!.coupon)
  const isOver =
    coupon.duration === 'once' ? reason === 'subscription_cycle' : end != null && end <= objects.now
  return isOver ? null : coupon
}

const payerOf = (state: FakeState, customer: unknown) => {
  const { email = null, name = null } = state.objects.find('customer', customer) ?? {}
  return { email, name: name ?? null }
}

/** An invoice is paid, at its first attempt or a later one. */
export function payInvoice(state: FakeState, invoice: Kept<'invoice'>): void {
  const { objects } = state
  const amount = invoice.amount_due!
  if (amount > 0) {
    const { email, name } = payerOf(state, invoice.customer)
    const before = invoice.payments!.data![0]?.payment?.payment_intent
    if (before) {
      const intent = objects.get('payment_intent', before)
      Object.assign(intent, { status: 'succeeded', amount_received: amount, last_payment_error: null })
      addCharge(state, intent, { email, name }, 'succeeded')
      invoice.payments!.data![0]!.status = 'paid'
      Object.assign(objects.get('invoice_payment', invoice.payments!.data![0]!.id), {
        status: 'paid',
        amount_paid: amount,
      })
    } else {
      const intent = startPayment(state, {
        amount,
        currency: invoice.currency!,
        customer: invoice.customer as string,
        email,
        name,
        metadata: {},
      })
      linkPayment(state, invoice, intent, 'paid')
    }
    invoice.attempt_count! += 1
  }
  invoice.attempted = true
  invoice.status = 'paid'
  invoice.amount_paid = amount
  invoice.amount_remaining = 0
  invoice.next_payment_attempt = null
  invoice.status_transitions!.paid_at = objects.now
  emit(state, 'invoice.paid', invoice)
}

function linkPayment(
  { objects }: FakeState,
  invoice: Kept<'invoice'>,
  intent: Kept<'payment_intent'>,
  status: 'open' | 'paid',
): void {
  const payment = objects.add('invoice_payment', {
    amount_paid: status === 'paid' ? intent.amount! : null,
    amount_requested: intent.amount!,
    currency: intent.currency!,
    invoice: invoice.id,
    is_default: true,
    payment: { type: 'payment_intent', payment_intent: intent.id },
    status,
  })
  invoice.payments!.data!.push({ ...payment })
}

/** An attempt to pay an invoice fails. */
export function failInvoice(state: FakeState, invoice: Kept<'invoice'>): void {
  const { objects } = state
  const { email, name } = payerOf(state, invoice.customer)
  let id = invoice.payments!.data![0]?.payment?.payment_intent
  if (!id) {
    const intent = objects.add('payment_intent', {
      amount: invoice.amount_due!,
      amount_received: 0,
      currency: invoice.currency!,
      customer: invoice.customer as string,
      metadata: {},
      status: 'requires_payment_method',
      latest_charge: null,
    })
    linkPayment(state, invoice, intent, 'open')
    id = intent.id
  }
  const intent = objects.get('payment_intent', id)
  intent.status = 'requires_payment_method'
  addCharge(state, intent, { email, name }, 'failed')
  intent.last_payment_error = {
    type: 'card_error',
    code: 'card_declined',
    message: 'Your card was declined.',
  }
  invoice.attempt_count! += 1
  invoice.attempted = true
  invoice.next_payment_attempt = objects.now + 3 * DAY
  emit(state, 'invoice.payment_failed', invoice)
}

/** The next period of a subscription begins, or its plan is over. */
export function renewSubscription(
  state: FakeState,
  subscription: Kept<'subscription'>,
  succeeds: boolean,
): void {
  const item = itemOf(subscription)
  const start = item.current_period_end!
  const schedule = state.objects.find('subscription_schedule', subscription.schedule)
  if (schedule?.end_behavior === 'cancel' && start >= schedule.phases!.at(-1)!.end_date!) {
    endSubscription(state, subscription)
    return
  }
  subscription.status = 'active'
  state.objects.now = Math.max(state.objects.now, start)
  item.current_period_start = start
  item.current_period_end = periodEnd(start, item.price!.recurring as NonNullable<Line['recurring']>)
  const invoice = createInvoice(state, subscription, 'subscription_cycle')
  if (succeeds) payInvoice(state, invoice)
  else {
    failInvoice(state, invoice)
    subscription.status = 'past_due'
  }
  emit(state, 'customer.subscription.updated', subscription)
}

/** Another attempt to pay the last invoice of a subscription. */
export function retryPayment(state: FakeState, subscription: Kept<'subscription'>, succeeds: boolean): void {
  const invoice = state.objects.get('invoice', subscription.latest_invoice)
  if (invoice.status !== 'open') return
  if (!succeeds) {
    failInvoice(state, invoice)
    return
  }
  payInvoice(state, invoice)
  subscription.status = 'active'
  emit(state, 'customer.subscription.updated', subscription)
}

export function endSubscription(state: FakeState, subscription: Kept<'subscription'>): void {
  const { now } = state.objects
  Object.assign(subscription, {
    status: 'canceled',
    ended_at: now,
    canceled_at: subscription.canceled_at ?? now,
  })
  const schedule = state.objects.find('subscription_schedule', subscription.schedule)
  if (schedule?.status === 'active') Object.assign(schedule, { status: 'canceled', canceled_at: now })
  emit(state, 'customer.subscription.deleted', subscription)
}
