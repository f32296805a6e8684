import type Stripe from 'stripe'
import { type Kept, Objects } from './objects.ts'

/** Everything that the fake of Stripe knows. */
export interface FakeState {
  objects: Objects
  /** Of every key that is accepted. */
  account: string
  /** Starts of addresses of pages. */
  url: string
  /** In the order in which they happened. */
  events: Stripe.Event[]
  /** Percent that is added, or is part of an inclusive price, where tax is automatic. */
  taxPercent: number
  /** Ids of the balance transactions of each payout. */
  paidOut: Map<string, string[]>
}

/** Records an event about an object, which carries it as it is now. */
export function emit(state: FakeState, type: Stripe.Event['type'], object: object): void {
  state.events.push({
    id: state.objects.id('evt'),
    object: 'event',
    type,
    api_version: '2026-10-28.endive',
    created: state.objects.now,
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    data: { object: structuredClone(object) },
  } as unknown as Stripe.Event)
}

/** A customer is gone; what they have bought stays. */
export function deleteCustomer(state: FakeState, customer: Kept<'customer'>): void {
  state.objects.remove(customer.id)
  emit(state, 'customer.deleted', customer)
}

export const newState = (url: string): FakeState => {
  const objects = new Objects(Math.floor(Date.now() / 1000))
  const account = objects.add('account', { business_profile: { name: 'Northlight Studio' }, country: 'US' })
  return { objects, account: account.id, url, events: [], taxPercent: 0, paidOut: new Map() }
}
