/** Checkout sessions of the fake of Stripe. */
import type Stripe from 'stripe'
import { startSubscription } from './billing.ts'
import { amountsOf, type Line } from './money.ts'
import { type Kept, listOf } from './objects.ts'
import { settlePayment, startPayment } from './payments.ts'
import { missing, type Parameters, StripeRefusal } from './requests.ts'
import { emit, type FakeState } from './state.ts'

/** What a session sells; it stands beside the session, whose answers do not have it in this form. */
interface Sale {
  lines: Line[]
  coupon: Kept<'coupon'> | null
  isTaxed: boolean
  trialDays: number | null
  metadata: Record<string, string>
}

const sales = new WeakMap<Kept<'checkout.session'>, Sale>()

type Texts = Record<string, string>

export function createSession(state: FakeState, params: Parameters): Kept<'checkout.session'> {
  const { objects } = state
  const mode = params.mode as 'payment' | 'subscription'
  if (!['payment', 'subscription'].includes(mode))
    throw new StripeRefusal(400, 'Invalid mode', { param: 'mode' })
  if (params.customer !== undefined && !objects.find('customer', params.customer))
    throw missing('customer', params.customer, 'customer')
  if (params.customer !== undefined && params.customer_email !== undefined)
    throw new StripeRefusal(400, 'You may only specify one of these parameters: customer, customer_email.')
  if (mode === 'subscription' && params.customer_creation !== undefined)
    throw new StripeRefusal(400, '`customer_creation` can only be used in `payment` and `setup` mode.', {
      param: 'customer_creation',
    })
  const expiresAt = Number(params.expires_at ?? Math.floor(Date.now() / 1000) + 86_400)
  const now = Date.now() / 1000
  if (expiresAt < now + 1_799 || expiresAt > now + 86_401)
    throw new StripeRefusal(
      400,
      'The `expires_at` timestamp must be between 30 minutes and 24 hours from now.',
      { param: 'expires_at' },
    )
  const sale = readSale(state, params, mode)
  const currency = (params.line_items as unknown as { price_data: Texts }[])[0]!.price_data.currency!
  const isTrial = sale.trialDays !== null
  const amounts = isTrial
    ? { subtotal: 0, discount: 0, tax: 0, total: 0 }
    : amountsOf(state, sale.lines, sale.coupon, sale.isTaxed)
  const id = objects.id('cs_test')
  const session = objects.add(
    'checkout.session',
    {
      amount_subtotal: amounts.subtotal,
      amount_total: amounts.total,
      automatic_tax: { enabled: sale.isTaxed },
      cancel_url: (params.cancel_url as string | undefined) ?? null,
      client_reference_id: (params.client_reference_id as string | undefined) ?? null,
      currency,
      customer: (params.customer as string | undefined) ?? null,
      customer_details: null,
      customer_email: (params.customer_email as string | undefined) ?? null,
      discounts: sale.coupon ? [{ coupon: sale.coupon.id, promotion_code: null }] : [],
      expires_at: expiresAt,
      invoice: null,
      line_items: listOf(
        sale.lines.map(({ product, name, unitAmount, quantity }) => ({
          id: objects.id('li'),
          object: 'item' as const,
          amount_discount: amounts.discount,
          amount_subtotal: unitAmount * quantity,
          amount_tax: amounts.tax,
          amount_total: amounts.total,
          currency,
          description: name,
          price: { product },
          quantity,
        })),
      ),
      metadata: (params.metadata as Texts | undefined) ?? {},
      mode,
      payment_intent: null,
      payment_status: 'unpaid',
      status: 'open',
      subscription: null,
      success_url: (params.success_url as string | undefined) ?? null,
      total_details: { amount_discount: amounts.discount, amount_shipping: 0, amount_tax: amounts.tax },
      url: `${state.url}/pay/${id}`,
    },
    id,
  )
  sales.set(session, sale)
  return session
}

function readSale(state: FakeState, params: Parameters, mode: 'payment' | 'subscription'): Sale {
  const lines = (params.line_items as unknown as Stripe.Checkout.SessionCreateParams.LineItem[]).map(
    ({ price_data, quantity }): Line => {
      const { product, unit_amount, recurring, tax_behavior = 'unspecified' } = price_data!
      const known = state.objects.find('product', product)
      if (!known) throw missing('product', product, 'line_items[0][price_data][product]')
      if ((recurring === undefined) !== (mode === 'payment'))
        throw new StripeRefusal(400, `A price for mode ${mode} is recurring exactly in mode subscription.`)
      if (!/^\d+$/.test(String(unit_amount))) throw new StripeRefusal(400, `Invalid integer: ${unit_amount}`)
      return {
        product: product!,
        name: known.name!,
        unitAmount: Number(unit_amount),
        quantity: Number(quantity ?? 1),
        taxBehavior: tax_behavior,
        recurring: recurring
          ? { interval: recurring.interval as 'month', interval_count: Number(recurring.interval_count ?? 1) }
          : null,
      }
    },
  )
  const [discount] = (params.discounts ?? []) as unknown as { coupon: string }[]
  const coupon = discount ? state.objects.find('coupon', discount.coupon) : null
  if (coupon === undefined) throw missing('coupon', discount!.coupon, 'discounts[0][coupon]')
  const data = (params.subscription_data ?? params.payment_intent_data ?? {}) as unknown as {
    metadata?: Texts
    trial_period_days?: string
  }
  return {
    lines,
    coupon,
    isTaxed: (params.automatic_tax as Texts | undefined)?.enabled === 'true',
    trialDays: data.trial_period_days ? Number(data.trial_period_days) : null,
    metadata: data.metadata ?? {},
  }
}

export interface Payer {
  email?: string
  name?: string
  /** A bank debit is complete at once and paid days later. */
  method?: 'card' | 'bank_debit'
}

/** Somebody fills in the page of an open session and pays. */
export function paySession(state: FakeState, session: Kept<'checkout.session'>, payer: Payer = {}): void {
  const { objects } = state
  if (session.status !== 'open') throw new Error(`The session ${session.id} is ${session.status}`)
  const sale = sales.get(session)!
  const known = objects.find('customer', session.customer)
  const email = payer.email ?? known?.email ?? session.customer_email ?? 'payer@example.com'
  const name = payer.name ?? known?.name ?? 'Ada Lovelace'
  const customer = known ?? objects.add('customer', { email, name, metadata: {} })
  session.customer = customer.id
  session.customer_details = {
    email,
    name,
    phone: null,
    tax_exempt: 'none',
    tax_ids: [],
    address: { postal_code: '94110', country: 'US' },
  }
  session.status = 'complete'
  const isPending = payer.method === 'bank_debit'
  const amount = session.amount_total!
  if (session.mode === 'subscription') {
    const subscription = startSubscription(state, {
      customer: customer.id,
      currency: session.currency!,
      line: sale.lines[0]!,
      coupon: sale.coupon,
      isTaxed: sale.isTaxed,
      trialDays: sale.trialDays,
      metadata: sale.metadata,
    })
    session.subscription = subscription.id
    session.invoice = subscription.latest_invoice as string
    session.payment_status = amount > 0 ? 'paid' : 'no_payment_required'
  } else if (amount === 0) session.payment_status = 'no_payment_required'
  else {
    const intent = startPayment(state, {
      amount,
      currency: session.currency!,
      customer: customer.id,
      email,
      name,
      metadata: sale.metadata,
      isPending,
    })
    session.payment_intent = intent.id
    session.payment_status = isPending ? 'unpaid' : 'paid'
  }
  emit(state, 'checkout.session.completed', session)
}

/** The bank of a session that is complete and unpaid has paid, or has not. */
export function settleSession(state: FakeState, session: Kept<'checkout.session'>, succeeds: boolean): void {
  settlePayment(state, state.objects.get('payment_intent', session.payment_intent), succeeds)
  if (succeeds) session.payment_status = 'paid'
  emit(state, `checkout.session.async_payment_${succeeds ? 'succeeded' : 'failed'}`, session)
}

export function expireSession(state: FakeState, session: Kept<'checkout.session'>): void {
  if (session.status !== 'open')
    throw new StripeRefusal(400, `Only Checkout Sessions with a status in ["open"] can be expired.`)
  session.status = 'expired'
  session.url = null
  emit(state, 'checkout.session.expired', session)
}
