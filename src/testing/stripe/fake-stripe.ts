/**
 * For tests: a server that speaks as much of the API of Stripe as Bestow uses, with moves of people, banks and time,
 * and with notifications that are delivered in any order and any number. Its objects have the types of the package.
 */
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'
import { endSubscription, renewSubscription, retryPayment } from './billing.ts'
import { endpoints } from './endpoints.ts'
import type { Kept } from './objects.ts'
import { payPage } from './pay-page.ts'
import { closeDispute, failRefund, openDispute, refundCharge } from './payments.ts'
import { type Faults, type Seen, stripeServer } from './server.ts'
import { expireSession, type Payer, paySession, settleSession } from './sessions.ts'
import { deleteCustomer, emit, type FakeState, newState } from './state.ts'

const DAY = 86_400

export interface FakeStripe {
  url: string
  state: FakeState
  faults: Faults
  /** The requests that were executed. */
  seen: Seen[]
  /** What people, banks and time do. Each takes the id of what it is done to. */
  pay: (session: string, payer?: Payer) => Kept<'checkout.session'>
  settle: (session: string, succeeds: boolean) => void
  expire: (session: string) => void
  renew: (subscription: string, succeeds?: boolean) => void
  retry: (subscription: string, succeeds: boolean) => void
  cancel: (subscription: string) => void
  /** As the customer portal does: `cancel_at` is set, and `cancel_at_period_end` is not. */
  cancelInPortal: (subscription: string) => void
  announceTrialEnd: (subscription: string) => void
  refund: (charge: string, amount?: number) => Kept<'refund'>
  failRefund: (refund: string) => void
  dispute: (charge: string, isInquiry?: boolean) => Kept<'dispute'>
  closeDispute: (dispute: string, status: 'won' | 'lost' | 'warning_closed') => void
  deleteCustomer: (customer: string) => void
  /** Pays out every balance transaction that was not. */
  payOut: () => Kept<'payout'>
  advance: (days: number) => void
  /** The charge with which a session, or the last invoice of its subscription, was paid. */
  chargeOf: (session: string) => Kept<'charge'>
  /** The events since the last call. */
  takeEvents: () => Stripe.Event[]
  /** Delivers events to the endpoint that was created last, in this order. @returns the statuses */
  deliver: (events: Stripe.Event[]) => Promise<number[]>
  close: () => Promise<void>
}

export async function startFakeStripe(): Promise<FakeStripe> {
  const state = newState('')
  const { server, faults, seen } = stripeServer(state, endpoints, payPage(state))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { objects } = state
  let taken = 0
  const subscription = (id: string) => objects.get('subscription', id)
  return {
    url: state.url,
    state,
    faults,
    seen,
    pay(id, payer) {
      const session = objects.get('checkout.session', id)
      paySession(state, session, payer)
      return session
    },
    settle: (id, succeeds) => settleSession(state, objects.get('checkout.session', id), succeeds),
    expire: (id) => expireSession(state, objects.get('checkout.session', id)),
    renew: (id, succeeds = true) => void renewSubscription(state, subscription(id), succeeds),
    retry: (id, succeeds) => retryPayment(state, subscription(id), succeeds),
    cancel: (id) => endSubscription(state, subscription(id)),
    cancelInPortal(id) {
      const { items } = subscription(id)
      Object.assign(subscription(id), {
        cancel_at: items!.data![0]!.current_period_end!,
        canceled_at: objects.now,
      })
      emit(state, 'customer.subscription.updated', subscription(id))
    },
    announceTrialEnd: (id) => emit(state, 'customer.subscription.trial_will_end', subscription(id)),
    refund: (id, amount) => refundCharge(state, objects.get('charge', id), amount),
    failRefund: (id) => failRefund(state, objects.get('refund', id)),
    dispute: (id, isInquiry) => openDispute(state, objects.get('charge', id), isInquiry),
    closeDispute: (id, status) => closeDispute(state, objects.get('dispute', id), status),
    deleteCustomer: (id) => deleteCustomer(state, objects.get('customer', id)),
    payOut: () => payOut(state),
    advance(days) {
      objects.now += days * DAY
    },
    chargeOf(id) {
      const { payment_intent, subscription: of } = objects.get('checkout.session', id)
      const invoice = of ? objects.get('invoice', subscription(of as string).latest_invoice) : null
      const intent = invoice ? invoice.payments!.data![0]!.payment!.payment_intent : payment_intent
      return objects.get('charge', objects.get('payment_intent', intent).latest_charge)
    },
    takeEvents() {
      const fresh = state.events.slice(taken)
      taken = state.events.length
      return fresh
    },
    async deliver(events) {
      const [endpoint] = objects.all('webhook_endpoint')
      if (!endpoint) throw new Error('Nobody has created a webhook endpoint')
      const statuses: number[] = []
      for (const event of events) statuses.push(await sendEvent(endpoint.url!, endpoint.secret!, event))
      return statuses
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

/** Sends a signed notification. @returns the status of the answer */
export async function sendEvent(url: string, secret: string, event: Stripe.Event): Promise<number> {
  const payload = JSON.stringify(event)
  const timestamp = Math.floor(Date.now() / 1000)
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp })
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature },
    body: payload,
  })
  await response.arrayBuffer()
  return response.status
}

function payOut(state: FakeState): Kept<'payout'> {
  const { objects, paidOut } = state
  const done = new Set([...paidOut.values()].flat())
  const entries = objects.all('balance_transaction', ({ id, type }) => type !== 'payout' && !done.has(id))
  const account =
    objects.all('bank_account')[0] ?? objects.add('bank_account', { bank_name: 'TEST BANK', last4: '6789' })
  const amount = entries.reduce((sum, { net }) => sum + net!, 0)
  const currency = entries[0]?.currency ?? 'usd'
  const payout = objects.add('payout', {
    amount,
    arrival_date: objects.now + 2 * DAY,
    automatic: true,
    balance_transaction: null,
    currency,
    destination: account.id,
    failure_message: null,
    metadata: {},
    method: 'standard',
    reconciliation_status: 'completed',
    status: 'paid',
    type: 'bank_account',
  })
  const own = objects.add('balance_transaction', {
    amount: -amount,
    currency,
    fee: 0,
    net: -amount,
    source: payout.id,
    status: 'available',
    type: 'payout',
    description: null,
  })
  payout.balance_transaction = own.id
  paidOut.set(payout.id, [own.id, ...entries.map(({ id }) => id)])
  emit(state, 'payout.paid', payout)
  return payout
}
