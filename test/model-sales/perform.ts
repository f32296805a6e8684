/** Executes the commands of a scenario on the server, and reads what it shows. */
import { sql } from 'kysely'
import { grantInTransaction, revokeInTransaction } from '../../src/grants/grant-in-transaction.ts'
import { inTransaction, type Tx } from '../../src/platform/db/database.ts'
import type { Origin } from '../../src/platform/events/events.ts'
import { ApiError } from '../../src/platform/jsonapi/errors.ts'
import { recordSales, type Sale, type SoldItem } from '../../src/sales/orders/record-sales.ts'
import { deactivatePurchase, reactivatePurchase } from '../../src/sales/purchases/deactivate-purchase.ts'
import { lockPurchase } from '../../src/sales/purchases/lock-purchase.ts'
import { settleDue } from '../../src/sales/settle/settle-due.ts'
import { cancelSubscription } from '../../src/sales/subscriptions/cancel-subscription.ts'
import { failPayment, renewPurchase } from '../../src/sales/subscriptions/renew-purchase.ts'
import { saveSubscription } from '../../src/sales/subscriptions/save-subscription.ts'
import { lockTransaction } from '../../src/sales/transactions/find-transaction.ts'
import { recordDispute } from '../../src/sales/transactions/record-dispute.ts'
import { recordRefund } from '../../src/sales/transactions/record-refund.ts'
import { refundPayment } from '../../src/sales/transactions/refund-payment.ts'
import { makeContact, unique } from '../../src/testing/fixtures.ts'
import type { Harness } from '../../src/testing/harness.ts'
import { CONTACTS, type Command, type Dispute, type Kind } from './commands.ts'
import { isPendingSale, itemOf, type Shown } from './model.ts'

const DAY = 86_400_000

export interface Shop {
  h: Harness
  siteId: string
  offers: string[]
}

interface Refunded {
  id: string
  chargeId: string
  reference: string
  cents: number
}

export class Scenario {
  readonly #shop: Shop
  readonly #began: Date
  #days = 0
  #contacts: string[] = []
  readonly #orders: { sale: Sale; isPaid: boolean; isPendingSale: boolean }[] = []
  readonly #purchases: string[] = []
  readonly #payments = new Map<string, string>()
  readonly #charges: { id: string; cents: number; disputedAs: string; states: number }[] = []
  readonly #refunds: Refunded[] = []

  constructor(shop: Shop) {
    this.#shop = shop
    this.#began = shop.h.app.clock.now()
  }

  async begin(): Promise<void> {
    const { h, siteId } = this.#shop
    for (let n = 0; n < CONTACTS; n++) this.#contacts.push(await makeContact(h.app, siteId))
  }

  get #origin(): Origin {
    return { actor: 'system', requestId: null, now: this.#at(0) }
  }

  #at = (inDays: number) => new Date(this.#began.getTime() + (this.#days + inDays) * DAY)

  /** @param refundable what is left of the charge that is refunded. @returns whether it is refused */
  async perform(command: Command, refundable: number | null): Promise<boolean> {
    try {
      await inTransaction(this.#shop.h.app.db, (tx) => this.#performIn(tx, command, refundable))
      if (command.do === 'wait') await this.#wait(command.days)
      return false
    } catch (error) {
      if (error instanceof ApiError && error.status === 422) return true
      throw error
    }
  }

  async #performIn(tx: Tx, command: Command, refundable: number | null): Promise<void> {
    const { siteId, offers } = this.#shop
    const origin = this.#origin
    switch (command.do) {
      case 'sell':
        return this.#sell(tx, command)
      case 'settle': {
        const order = chosen(this.#orders, command.order)
        if (order?.isPendingSale && !order.isPaid) await this.#record(tx, order, command.isPaid)
        return
      }
      case 'repeat_sale': {
        const order = chosen(this.#orders, command.order)
        if (order) await recordSales(tx, [order.sale], origin.now)
        return
      }
      case 'renew':
      case 'fail':
      case 'repeat_payment':
        return this.#pay(tx, command)
      case 'refund':
        return this.#refund(tx, command, refundable)
      case 'repeat_refund': {
        const refund = chosen(this.#refunds, command.refund)
        if (!refund) return
        const given = { amount_in_cents: refund.cents, provider_reference: refund.reference }
        const charge = { parent: 'transactions', id: refund.chargeId } as const
        await refundPayment(tx, [siteId], charge, given, null, origin)
        return
      }
      case 'refund_fails': {
        const refund = chosen(this.#refunds, command.refund)
        if (!refund) return
        const charge = await lockTransaction(tx, siteId, { id: refund.chargeId })
        const failed = { state: 'failed', reference: refund.reference, amount: refund.cents } as const
        await recordRefund(tx, charge!, { ...failed, occurred_at: origin.now }, origin)
        return
      }
      case 'dispute':
      case 'late_dispute':
        return this.#dispute(tx, command)
      case 'deactivate':
      case 'reactivate':
      case 'cancel':
      case 'plan_end':
        return this.#change(tx, command)
      case 'grant': {
        const grant = { contactId: this.#contacts[command.contact]!, offerIds: [offers[command.offer]!] }
        await grantInTransaction(tx, siteId, [{ ...grant, origin, source: 'api' }], origin.now)
        return
      }
      case 'revoke': {
        const revoked = { contactId: this.#contacts[command.contact]!, offerIds: [offers[command.offer]!] }
        await revokeInTransaction(tx, siteId, [{ ...revoked, origin }], origin.now)
      }
    }
  }

  async #wait(days: number): Promise<void> {
    this.#days += days
    const { app } = this.#shop.h
    const later = { ...app, db: app.db, clock: { now: () => this.#at(0) } } as typeof app
    while ((await settleDue(later)) > 0);
  }

  async #sell(tx: Tx, command: Extract<Command, { do: 'sell' }>): Promise<void> {
    const n = unique()
    const isWaiting = isPendingSale(command)
    const sale: Sale = {
      siteId: this.#shop.siteId,
      contactId: this.#contacts[command.contact]!,
      origin: this.#origin,
      provider: 'shop',
      reference: `order-${n}`,
      currency: 'USD',
      ordered_at: this.#at(0),
      items: command.offers.map((offer, position) =>
        this.#item(itemOf(command, position), this.#shop.offers[offer]!),
      ),
      payment:
        command.kind === 'trial'
          ? null
          : { state: isWaiting ? 'initialized' : 'succeeded', reference: `charge-${n}` },
    }
    const order = { sale, isPaid: !isWaiting, isPendingSale: isWaiting }
    this.#orders.push(order)
    await this.#record(tx, order, isWaiting ? null : true)
  }

  /** @param isPaid null: it waits for its payment */
  async #record(tx: Tx, order: { sale: Sale; isPaid: boolean }, isPaid: boolean | null): Promise<void> {
    const { payment } = order.sale
    if (payment && isPaid !== null) {
      const state = isPaid ? 'succeeded' : 'failed'
      order.sale = { ...order.sale, ordered_at: this.#at(0), payment: { ...payment, state } }
    }
    const [outcome] = await recordSales(tx, [order.sale], this.#at(0))
    if (outcome!.error !== null) throw new Error(outcome!.error)
    order.isPaid = isPaid === true
    if (!order.isPaid) return
    const purchases = await sql<{ id: string }>`
      select id from purchases where order_id = ${outcome!.orderId} order by id`.execute(tx)
    this.#purchases.push(...purchases.rows.map(({ id }) => id))
    const charges = await sql<{ id: string; amount: string }>`
      select id, amount from transactions where order_id = ${outcome!.orderId} and amount > 0`.execute(tx)
    for (const { id, amount } of charges.rows) this.#addCharge(id, Number(amount))
  }

  #addCharge(id: string, cents: number): void {
    this.#charges.push({ id, cents, disputedAs: `dispute-${unique()}`, states: 0 })
  }

  #item({ kind, cents }: { kind: Kind; cents: number }, offer_id: string): SoldItem {
    const isTrial = kind === 'trial'
    const isRecurring = isTrial || kind === 'subscription' || kind === 'multipay'
    const total = isTrial || kind === 'free' ? 0 : cents
    // So that shares of the tax are rounded, too.
    const tax = Math.floor(total / 6)
    return {
      offer_id,
      quantity: 1,
      subtotal: total - tax,
      discount: 0,
      tax,
      total,
      payment_type: isTrial ? 'subscription' : kind,
      amount: cents,
      coupon_code: null,
      subscription: isRecurring
        ? {
            reference: null,
            status: isTrial ? 'trialing' : 'active',
            amount: cents,
            tax: Math.floor(cents / 6),
            interval: 'month',
            interval_count: 1,
            payments_total: kind === 'multipay' ? 3 : null,
            trial_ends_at: isTrial ? this.#at(14) : null,
            period_start: this.#at(0),
            period_end: this.#at(isTrial ? 14 : 30),
          }
        : null,
    }
  }

  async #pay(tx: Tx, command: Extract<Command, { do: 'renew' | 'fail' | 'repeat_payment' }>): Promise<void> {
    const id = chosen(this.#purchases, command.purchase)
    if (id === undefined) return
    const purchase = await lockPurchase(tx, [this.#shop.siteId], id)
    if (command.do === 'repeat_payment') {
      const reference = this.#payments.get(id)
      if (reference) await renewPurchase(tx, purchase, { provider_reference: reference }, this.#origin)
      return
    }
    const late = command.daysAgo > 0 && { occurred_at: this.#at(-command.daysAgo).toISOString() }
    if (command.do === 'fail') {
      await failPayment(tx, purchase, { ...late }, this.#origin)
      return
    }
    const reference = `payment-${unique()}`
    const given = { provider_reference: reference, ...late }
    const paid = await renewPurchase(tx, purchase, given, this.#origin)
    this.#payments.set(id, reference)
    this.#addCharge(paid.id, purchase.subscription!.amount)
  }

  async #refund(tx: Tx, { charge, percent }: Extract<Command, { do: 'refund' }>, left: number | null) {
    const found = chosen(this.#charges, charge)
    if (!found || left === null) return
    const cents = Math.ceil((Math.max(left, 0) * percent) / 100)
    const reference = `refund-${unique()}`
    const given = { amount_in_cents: cents, provider_reference: reference }
    const charged = { parent: 'transactions', id: found.id } as const
    const { id } = await refundPayment(tx, [this.#shop.siteId], charged, given, null, this.#origin)
    this.#refunds.push({ id, chargeId: found.id, reference, cents })
  }

  async #dispute(tx: Tx, command: { do: 'dispute' | 'late_dispute'; charge: number; status: Dispute }) {
    const found = chosen(this.#charges, command.charge)
    const isLate = command.do === 'late_dispute'
    if (!found || (isLate && found.states === 0)) return
    if (!isLate) found.states += 1
    const { disputedAs: reference, cents, states } = found
    const taken = { reference: `${reference}-out`, amount: -cents, occurred_at: this.#at(0) }
    const returned = { reference: `${reference}-in`, amount: cents, occurred_at: this.#at(0) }
    await recordDispute(
      tx,
      (await lockTransaction(tx, this.#shop.siteId, { id: found.id }))!,
      {
        reference,
        amount: cents,
        status: command.status,
        reason: null,
        opened_at: this.#at(0),
        movements: {
          warning_needs_response: [],
          needs_response: [taken],
          lost: [taken],
          won: [taken, returned],
        }[command.status],
        ticket: String(isLate ? states - 1 : states),
      },
      this.#origin,
    )
  }

  async #change(
    tx: Tx,
    command: Extract<Command, { do: 'deactivate' | 'reactivate' | 'cancel' | 'plan_end' }>,
  ): Promise<void> {
    const id = chosen(this.#purchases, command.purchase)
    if (id === undefined) return
    const purchase = await lockPurchase(tx, [this.#shop.siteId], id)
    switch (command.do) {
      case 'deactivate':
        return deactivatePurchase(
          tx,
          purchase,
          command.inDays === 0 ? null : this.#at(command.inDays),
          this.#origin,
        )
      case 'reactivate':
        return reactivatePurchase(tx, purchase, this.#origin)
      case 'cancel':
        return cancelSubscription(tx, purchase, this.#origin)
      case 'plan_end': {
        const cancel_at = command.inDays === null ? null : this.#at(command.inDays)
        if (purchase.subscription) await saveSubscription(tx, purchase, { cancel_at }, this.#origin)
      }
    }
  }

  async shown(): Promise<Shown> {
    const { h, offers } = this.#shop
    const now = this.#at(0)
    const contacts = await sql<{ contact_id: string; held: string[]; net_revenue: string }>`
      select c.contact_id, c.net_revenue, array(
               select distinct h.offer_id from holdings h
                where h.site_id = c.site_id and h.customer_id = c.id and (h.expires_at is null or h.expires_at > ${now})) as held
        from customers c where c.contact_id = any (${this.#contacts}::bigint[])`.execute(h.app.db)
    const purchases = await sql<{
      id: string
      closed_at: Date | null
      deactivated_at: Date | null
      deactivation_reason: string | null
      status: string | null
    }>`
      select p.id, p.closed_at, p.deactivated_at, p.deactivation_reason, s.status
        from purchases p left join subscriptions s on s.purchase_id = p.id and s.site_id = p.site_id
       where p.id = any (${this.#purchases}::bigint[])`.execute(h.app.db)
    return {
      contacts: this.#contacts.map((id) => {
        const row = contacts.rows.find(({ contact_id }) => contact_id === id)
        return {
          held: (row?.held ?? []).map((offer) => offers.indexOf(offer)).sort(),
          paid: Math.round(Number(row?.net_revenue ?? 0) * 100),
        }
      }),
      purchases: this.#purchases.map((id) => {
        const row = purchases.rows.find((each) => each.id === id)!
        return {
          isClosed: row.closed_at !== null,
          endsAt: row.deactivated_at && (row.deactivated_at.getTime() - this.#began.getTime()) / DAY,
          reason: row.deactivation_reason,
          status: row.status ?? 'none',
        }
      }),
    }
  }
}

const chosen = <Item>(list: Item[], index: number): Item | undefined => list[index % list.length]
