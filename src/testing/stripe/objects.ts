/** What the fake of Stripe keeps. */
import type Stripe from 'stripe'

/**
 * As much of an object of Stripe as the fake gives. A field that the types of the package do not have is refused by
 * the compiler.
 */
export type Fixture<T> = T extends string | number | boolean
  ? T
  : T extends readonly (infer Item)[]
    ? Fixture<Item>[]
    : T extends object
      ? { [Key in keyof T]?: Fixture<T[Key]> }
      : T

export interface Kinds {
  account: Stripe.Account
  balance_transaction: Stripe.BalanceTransaction
  bank_account: Stripe.BankAccount
  'billing_portal.configuration': Stripe.BillingPortal.Configuration
  'billing_portal.session': Stripe.BillingPortal.Session
  charge: Stripe.Charge
  'checkout.session': Stripe.Checkout.Session
  coupon: Stripe.Coupon
  customer: Stripe.Customer
  discount: Stripe.Discount
  dispute: Stripe.Dispute
  invoice: Stripe.Invoice
  invoice_payment: Stripe.InvoicePayment
  payment_intent: Stripe.PaymentIntent
  payout: Stripe.Payout
  product: Stripe.Product
  refund: Stripe.Refund
  subscription: Stripe.Subscription
  subscription_schedule: Stripe.SubscriptionSchedule
  webhook_endpoint: Stripe.WebhookEndpoint
}

export type Kind = keyof Kinds

const PREFIXES: Record<Kind, string> = {
  account: 'acct',
  balance_transaction: 'txn',
  bank_account: 'ba',
  'billing_portal.configuration': 'bpc',
  'billing_portal.session': 'bps',
  charge: 'ch',
  'checkout.session': 'cs_test',
  coupon: 'co',
  customer: 'cus',
  discount: 'di',
  dispute: 'du',
  invoice: 'in',
  invoice_payment: 'inpay',
  payment_intent: 'pi',
  payout: 'po',
  product: 'prod',
  refund: 're',
  subscription: 'sub',
  subscription_schedule: 'sub_sched',
  webhook_endpoint: 'we',
}

/** An object that is kept: it has an id, and the ids of others in the place of them. */
export type Kept<K extends Kind> = Fixture<Kinds[K]> & { id: string; object: K; created: number }

export class Objects {
  readonly #byId = new Map<string, Kept<Kind>>()
  #count = 0
  /** Seconds since 1970. */
  now: number

  constructor(now: number) {
    this.now = now
  }

  add<K extends Kind>(object: K, values: Fixture<Kinds[K]>, id = this.id(PREFIXES[object])): Kept<K> {
    const kept = { livemode: false, ...values, id, object, created: this.now } as unknown as Kept<K>
    this.#byId.set(id, kept as Kept<Kind>)
    return kept
  }

  /** A new id, such as evt_000012. */
  id(prefix: string): string {
    this.#count += 1
    return `${prefix}_${String(this.#count).padStart(8, '0')}`
  }

  /** Undefined for an id that no object of the kind has. */
  find<K extends Kind>(kind: K, id: unknown): Kept<K> | undefined {
    const found = this.#byId.get(String(id))
    return found?.object === kind ? (found as Kept<K>) : undefined
  }

  /** @throws Error when there is none: a mistake in a test */
  get<K extends Kind>(kind: K, id: unknown): Kept<K> {
    const found = this.find(kind, id)
    if (!found) throw new Error(`There is no ${kind} with the id ${id}`)
    return found
  }

  /** Whatever has this id. */
  any(id: string): Kept<Kind> | undefined {
    return this.#byId.get(id)
  }

  /** The newest first, as lists of Stripe are. */
  all<K extends Kind>(kind: K, matches: (object: Kept<K>) => boolean = () => true): Kept<K>[] {
    const found = [...this.#byId.values()].filter((object) => object.object === kind) as Kept<K>[]
    return found.filter(matches).reverse()
  }

  remove(id: string): void {
    this.#byId.delete(id)
  }
}

/** A list as it stands in another object. */
export const listOf = <Item>(data: Item[], url = '/v1/items') => ({
  object: 'list' as const,
  data,
  has_more: false,
  url,
})
