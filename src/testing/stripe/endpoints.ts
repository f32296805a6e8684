/** The operations of Stripe that the fake serves, with the parameters that each accepts. */
import type Stripe from 'stripe'
import { endSubscription, itemOf, periodEnd } from './billing.ts'
import type { Endpoint } from './endpoint.ts'
import type { Kept, Kind } from './objects.ts'
import { refundCharge } from './payments.ts'
import { type Accepted, missing, type Parameters, StripeRefusal } from './requests.ts'
import { createSession, expireSession } from './sessions.ts'
import { deleteCustomer, emit } from './state.ts'

/** A list that is narrowed by values of fields. */
const matching =
  <K extends Kind>(params: Parameters, names: string[]) =>
  (object: Kept<K>) =>
    names.every(
      (name) => params[name] === undefined || (object as unknown as Parameters)[name] === params[name],
    )

const get = <K extends Kind>(path: RegExp, kind: K): Endpoint => ({
  method: 'GET',
  path,
  accepts: {},
  run({ state, ids }) {
    const found = state.objects.find(kind, ids[0])
    if (!found)
      throw missing(
        kind.split('.').at(-1)!.replaceAll('_', ' '),
        ids[0],
        kind.includes('session') ? 'session' : 'id',
      )
    return found
  },
})

const list = <K extends Kind, Params>(path: RegExp, kind: K, accepts: Accepted<Params>): Endpoint => ({
  method: 'GET',
  path,
  accepts: accepts as object,
  run: ({ state, params }) => state.objects.all(kind, matching<K>(params, Object.keys(accepts as object))),
})

const create = <Params>(
  path: RegExp,
  accepts: Accepted<Params>,
  run: Endpoint['run'],
  method: Endpoint['method'] = 'POST',
): Endpoint => ({ method, path, accepts: accepts as object, run })

const RECURRING = { interval: true, interval_count: true } as const

const SESSION: Accepted<Stripe.Checkout.SessionCreateParams> = {
  mode: true,
  line_items: {
    quantity: true,
    price_data: {
      currency: true,
      unit_amount: true,
      product: true,
      tax_behavior: true,
      recurring: RECURRING,
    },
  },
  success_url: true,
  cancel_url: true,
  client_reference_id: true,
  customer: true,
  customer_email: true,
  customer_creation: true,
  customer_update: { address: true, name: true },
  discounts: { coupon: true },
  expires_at: true,
  locale: true,
  metadata: true,
  adaptive_pricing: { enabled: true },
  automatic_tax: { enabled: true },
  allowed_payment_method_types: true,
  payment_method_collection: true,
  payment_intent_data: { metadata: true, description: true },
  subscription_data: {
    metadata: true,
    description: true,
    trial_period_days: true,
    trial_settings: { end_behavior: { missing_payment_method: true } },
  },
}

const PHASE: Accepted<Stripe.SubscriptionScheduleUpdateParams.Phase> = {
  items: { price: true, quantity: true },
  start_date: true,
  end_date: true,
  trial_end: true,
  duration: RECURRING,
  proration_behavior: true,
  metadata: true,
  discounts: { coupon: true, discount: true },
}

export const endpoints: Endpoint[] = [
  create<object>(/^\/v1\/account$/, {}, ({ state }) => state.objects.get('account', state.account), 'GET'),
  create<Stripe.WebhookEndpointCreateParams>(
    /^\/v1\/webhook_endpoints$/,
    { url: true, enabled_events: true, api_version: true, description: true, metadata: true },
    ({ state, params }) => {
      const { url, enabled_events, api_version } = params
      if (!/^https?:\/\/[^/]+\.\w+\/|^http:\/\/127\.0\.0\.1:\d+\//.test(String(url)))
        throw new StripeRefusal(400, `Invalid URL: ${url}`, { param: 'url', code: 'url_invalid' })
      return state.objects.add('webhook_endpoint', {
        url: url as string,
        enabled_events: enabled_events as string[],
        api_version: (api_version as string | undefined) ?? null,
        status: 'enabled',
        secret: `whsec_${state.objects.id('secret')}`,
      })
    },
  ),
  create<Stripe.WebhookEndpointUpdateParams>(
    /^\/v1\/webhook_endpoints\/(\w+)$/,
    { url: true, enabled_events: true, disabled: true },
    ({ state, params, ids }) => {
      const endpoint = state.objects.find('webhook_endpoint', ids[0])
      if (!endpoint) throw missing('webhook endpoint', ids[0])
      Object.assign(endpoint, params)
      const { secret: _, ...shown } = endpoint
      return shown
    },
  ),
  create<object>(
    /^\/v1\/webhook_endpoints\/(\w+)$/,
    {},
    ({ state, ids }) => {
      if (!state.objects.find('webhook_endpoint', ids[0])) throw missing('webhook endpoint', ids[0])
      state.objects.remove(ids[0]!)
      return { id: ids[0]!, object: 'webhook_endpoint', deleted: true }
    },
    'DELETE',
  ),
  create<Stripe.CustomerCreateParams>(
    /^\/v1\/customers$/,
    { email: true, name: true, metadata: true, description: true },
    ({ state, params }) => state.objects.add('customer', params as { email?: string; name?: string }),
  ),
  get(/^\/v1\/customers\/(\w+)$/, 'customer'),
  create<object>(
    /^\/v1\/customers\/(\w+)$/,
    {},
    ({ state, ids }) => {
      const customer = state.objects.find('customer', ids[0])
      if (!customer) throw missing('customer', ids[0])
      deleteCustomer(state, customer)
      return { id: customer.id, object: 'customer', deleted: true }
    },
    'DELETE',
  ),
  create<Stripe.ProductCreateParams>(
    /^\/v1\/products$/,
    { id: true, name: true, description: true, metadata: true },
    ({ state, params }) => state.objects.add('product', { name: params.name as string }),
  ),
  create<Stripe.CouponCreateParams>(
    /^\/v1\/coupons$/,
    {
      id: true,
      name: true,
      percent_off: true,
      amount_off: true,
      currency: true,
      duration: true,
      duration_in_months: true,
      metadata: true,
    },
    ({ state, params: { id, percent_off, amount_off, duration_in_months, ...others } }) => {
      if (state.objects.find('coupon', id))
        throw new StripeRefusal(400, 'Coupon already exists.', {
          code: 'resource_already_exists',
          param: 'id',
        })
      return state.objects.add(
        'coupon',
        {
          ...(others as { name?: string; duration?: 'once' }),
          percent_off: percent_off === undefined ? null : Number(percent_off),
          amount_off: amount_off === undefined ? null : Number(amount_off),
          duration_in_months: duration_in_months === undefined ? null : Number(duration_in_months),
          valid: true,
        },
        id as string | undefined,
      )
    },
  ),
  create<Stripe.Checkout.SessionCreateParams>(/^\/v1\/checkout\/sessions$/, SESSION, ({ state, params }) =>
    createSession(state, params),
  ),
  list<'checkout.session', Stripe.Checkout.SessionListParams>(
    /^\/v1\/checkout\/sessions$/,
    'checkout.session',
    {
      payment_intent: true,
      subscription: true,
      customer: true,
      status: true,
    },
  ),
  get(/^\/v1\/checkout\/sessions\/(\w+)$/, 'checkout.session'),
  create<object>(/^\/v1\/checkout\/sessions\/(\w+)\/expire$/, {}, ({ state, ids }) => {
    const session = state.objects.find('checkout.session', ids[0])
    if (!session) throw missing('checkout.session', ids[0], 'session')
    expireSession(state, session)
    return session
  }),
  get(/^\/v1\/subscriptions\/(\w+)$/, 'subscription'),
  create<Stripe.SubscriptionUpdateParams>(
    /^\/v1\/subscriptions\/(\w+)$/,
    { cancel_at: true, cancel_at_period_end: true, metadata: true },
    ({ state, params, ids }) => {
      const subscription = state.objects.find('subscription', ids[0])
      if (!subscription) throw missing('subscription', ids[0])
      const { cancel_at } = params
      if (cancel_at === 'max_period_end') subscription.cancel_at = itemOf(subscription).current_period_end!
      else if (cancel_at !== undefined) subscription.cancel_at = cancel_at === '' ? null : Number(cancel_at)
      if (params.cancel_at_period_end !== undefined)
        subscription.cancel_at_period_end = params.cancel_at_period_end === 'true'
      emit(state, 'customer.subscription.updated', subscription)
      return subscription
    },
  ),
  create<Stripe.SubscriptionCancelParams>(
    /^\/v1\/subscriptions\/(\w+)$/,
    { prorate: true, invoice_now: true },
    ({ state, ids }) => {
      const subscription = state.objects.find('subscription', ids[0])
      if (!subscription || subscription.status === 'canceled') throw missing('subscription', ids[0])
      endSubscription(state, subscription)
      return subscription
    },
    'DELETE',
  ),
  create<Stripe.SubscriptionScheduleCreateParams>(
    /^\/v1\/subscription_schedules$/,
    { from_subscription: true },
    ({ state, params }) => {
      const subscription = state.objects.find('subscription', params.from_subscription)
      if (!subscription) throw missing('subscription', params.from_subscription, 'from_subscription')
      if (subscription.schedule)
        throw new StripeRefusal(
          400,
          'You cannot migrate a subscription that is already attached to a schedule.',
        )
      const { price, quantity, current_period_end } = itemOf(subscription)
      const schedule = state.objects.add('subscription_schedule', {
        customer: subscription.customer as string,
        end_behavior: 'release',
        metadata: {},
        phases: [
          {
            items: [{ price: price!.id!, quantity: quantity! }],
            start_date: subscription.start_date!,
            end_date: current_period_end!,
            trial_end: subscription.trial_end!,
          },
        ],
        status: 'active',
        subscription: subscription.id,
      })
      subscription.schedule = schedule.id
      return schedule
    },
  ),
  get(/^\/v1\/subscription_schedules\/(\w+)$/, 'subscription_schedule'),
  create<Stripe.SubscriptionScheduleUpdateParams>(
    /^\/v1\/subscription_schedules\/(\w+)$/,
    { end_behavior: true, phases: PHASE, proration_behavior: true, metadata: true },
    ({ state, params, ids }) => {
      const schedule = state.objects.find('subscription_schedule', ids[0])
      if (!schedule) throw missing('subscription_schedule', ids[0])
      const phases = params.phases as unknown as Stripe.SubscriptionScheduleUpdateParams.Phase[]
      let end = 0
      schedule.phases = phases.map(({ start_date, end_date, duration, items, trial_end }) => {
        const start = end || Number(start_date)
        end = duration
          ? periodEnd(start, {
              interval: duration.interval as 'month',
              interval_count: Number(duration.interval_count),
            })
          : Number(end_date)
        return {
          items: items.map(({ price, quantity }) => ({ price: price!, quantity: Number(quantity) })),
          start_date: start,
          end_date: end,
          trial_end: trial_end === undefined ? null : Number(trial_end),
        }
      })
      if (params.end_behavior !== undefined) schedule.end_behavior = params.end_behavior as 'cancel'
      return schedule
    },
  ),
  create<Stripe.SubscriptionScheduleCancelParams>(
    /^\/v1\/subscription_schedules\/(\w+)\/cancel$/,
    { prorate: true, invoice_now: true },
    ({ state, ids }) => {
      const schedule = state.objects.find('subscription_schedule', ids[0])
      if (!schedule) throw missing('subscription_schedule', ids[0])
      if (schedule.status !== 'active') throw new StripeRefusal(400, `The schedule is ${schedule.status}.`)
      endSubscription(state, state.objects.get('subscription', schedule.subscription))
      return schedule
    },
  ),
  get(/^\/v1\/invoices\/(\w+)$/, 'invoice'),
  {
    method: 'GET',
    path: /^\/v1\/invoices$/,
    accepts: { subscription: true, status: true } satisfies Accepted<Stripe.InvoiceListParams>,
    run: ({ state, params: { subscription, status } }) =>
      state.objects.all(
        'invoice',
        (invoice) =>
          invoice.parent!.subscription_details!.subscription === subscription &&
          (status === undefined || invoice.status === status),
      ),
  },
  get(/^\/v1\/payment_intents\/(\w+)$/, 'payment_intent'),
  get(/^\/v1\/charges\/(\w+)$/, 'charge'),
  list<'charge', Stripe.ChargeListParams>(/^\/v1\/charges$/, 'charge', {
    payment_intent: true,
    customer: true,
  }),
  get(/^\/v1\/disputes\/(\w+)$/, 'dispute'),
  get(/^\/v1\/payouts\/(\w+)$/, 'payout'),
  get(/^\/v1\/refunds\/(\w+)$/, 'refund'),
  list<'refund', Stripe.RefundListParams>(/^\/v1\/refunds$/, 'refund', {
    charge: true,
    payment_intent: true,
  }),
  create<Stripe.RefundCreateParams>(
    /^\/v1\/refunds$/,
    { charge: true, payment_intent: true, amount: true, metadata: true, reason: true },
    ({ state, params }) => {
      const intent = state.objects.find('payment_intent', params.payment_intent)
      const charge = state.objects.find('charge', params.charge ?? intent?.latest_charge)
      if (!charge) throw missing('charge', params.charge, 'charge')
      const amount = params.amount === undefined ? undefined : Number(params.amount)
      return refundCharge(state, charge, amount, (params.metadata ?? {}) as Record<string, string>)
    },
  ),
  {
    method: 'GET',
    path: /^\/v1\/invoice_payments$/,
    accepts: {
      payment: { type: true, payment_intent: true },
      invoice: true,
    } satisfies Accepted<Stripe.InvoicePaymentListParams>,
    run({ state, params }) {
      const { payment_intent } = (params.payment ?? {}) as Parameters
      return state.objects.all(
        'invoice_payment',
        ({ payment, invoice }) =>
          (payment_intent === undefined || payment!.payment_intent === payment_intent) &&
          (params.invoice === undefined || invoice === params.invoice),
      )
    },
  },
  {
    method: 'GET',
    path: /^\/v1\/balance_transactions$/,
    accepts: { payout: true } satisfies Accepted<Stripe.BalanceTransactionListParams>,
    run: ({ state, params }) =>
      state.paidOut.get(String(params.payout))?.map((id) => state.objects.get('balance_transaction', id)) ??
      [],
  },
  {
    method: 'GET',
    path: /^\/v1\/events$/,
    accepts: {
      types: true,
      created: { gte: true, gt: true },
      type: true,
    } satisfies Accepted<Stripe.EventListParams>,
    run({ state, params }) {
      const types = params.types as string[] | undefined
      const { gte = '0' } = (params.created ?? {}) as Record<string, string>
      return state.events
        .filter(({ type, created }) => (types?.includes(type) ?? true) && created >= Number(gte))
        .toReversed()
    },
  },
  create<Stripe.BillingPortal.ConfigurationCreateParams>(
    /^\/v1\/billing_portal\/configurations$/,
    {
      features: { payment_method_update: { enabled: true }, invoice_history: { enabled: true } },
      metadata: true,
      name: true,
    },
    ({ state }) => state.objects.add('billing_portal.configuration', { active: true }),
  ),
  create<Stripe.BillingPortal.SessionCreateParams>(
    /^\/v1\/billing_portal\/sessions$/,
    { customer: true, configuration: true, return_url: true, locale: true, flow_data: { type: true } },
    ({ state, params }) => {
      if (!state.objects.find('customer', params.customer))
        throw missing('customer', params.customer, 'customer')
      const id = state.objects.id('bps')
      const values = { customer: params.customer as string, return_url: params.return_url as string }
      return state.objects.add('billing_portal.session', { ...values, url: `${state.url}/portal/${id}` }, id)
    },
  ),
]
