/** The rules of sales: access and money as plain data. Times are days since the scenario began. */
import { CONTACTS, type Command, type Dispute, type Kind } from './commands.ts'

const GRACE_DAYS = 21
const PLAN_PAYMENTS = 3
const TRIAL_DAYS = 14

type Cause = 'deactivated' | 'refund' | 'dispute' | 'failed_payment' | 'canceled'

interface Block {
  cause: Cause
  fact: string
  since: number
  isWaived: boolean
}

export interface Purchase {
  contact: number
  offer: number
  kind: Kind
  cents: number
  blocks: Block[]
  isClosed: boolean
  status: 'none' | 'trialing' | 'active' | 'past_due' | 'canceled' | 'completed'
  endedAt: number | null
  endsAt: number | null
  pastDueSince: number | null
  trialEndsAt: number | null
  orderedAt: number
  /** Those of a subscription and attempts at them, in the order in which they were reported. */
  payments: { at: number; isPaid: boolean }[]
  /** Of its charges, by their number. */
  charges: number[]
}

interface Charge {
  contact: number
  parts: { purchase: number; cents: number }[]
  refunds: number[]
  dispute: { status: Dispute; lostAt: number | null; isTaken: boolean; isReturned: boolean } | null
}

interface Refund {
  charge: number
  at: number
  isFailed: boolean
  parts: { purchase: number; cents: number }[]
}

export interface Order {
  at: number
  command: Extract<Command, { do: 'sell' }>
  state: 'pending' | 'paid' | 'failed'
}

/** What scenarios compare, of each contact and each purchase. */
export interface Shown {
  contacts: { held: number[]; paid: number }[]
  purchases: { isClosed: boolean; endsAt: number | null; reason: string | null; status: string }[]
}

const isRecurring = (kind: Kind) => kind === 'subscription' || kind === 'multipay' || kind === 'trial'

export class Model {
  now = 0
  readonly orders: Order[] = []
  readonly purchases: Purchase[] = []
  readonly charges: Charge[] = []
  readonly refunds: Refund[] = []
  readonly #grants = Array.from({ length: CONTACTS }, () => new Set<number>())

  /** @returns whether the command is refused */
  apply(command: Command): boolean {
    switch (command.do) {
      case 'sell':
        this.orders.push({ at: this.now, command, state: 'pending' })
        if (!isPendingSale(command)) this.#fulfill(this.orders.at(-1)!)
        return false
      case 'settle': {
        const order = this.#chosen(this.orders, command.order)
        if (!order || order.state === 'paid' || !isPendingSale(order.command)) return false
        if (command.isPaid) this.#fulfill(order)
        else order.state = 'failed'
        return false
      }
      case 'renew':
      case 'fail':
        return this.#pay(command)
      case 'refund':
        return this.#refund(command)
      case 'refund_fails': {
        const refund = this.#chosen(this.refunds, command.refund)
        if (refund) refund.isFailed = true
        if (refund) this.#settle(...purchasesOf(refund))
        return false
      }
      case 'dispute':
        this.#dispute(command)
        return false
      case 'deactivate': {
        const index = this.#index(this.purchases, command.purchase)
        // Now: one that has ended by hand already keeps its end.
        const isKept =
          index !== null &&
          command.inDays === 0 &&
          this.purchases[index]!.blocks.some(
            ({ cause, since, isWaived }) => cause === 'deactivated' && since <= this.now && !isWaived,
          )
        if (index !== null && !isKept) this.#blockByHand(index, this.now + command.inDays)
        return false
      }
      case 'reactivate': {
        const index = this.#index(this.purchases, command.purchase)
        if (index === null) return false
        this.#derive(index)
        const blocks = this.purchases[index]!.blocks.filter(({ isWaived }) => !isWaived)
        const current = blocks.filter(({ since }) => since <= this.now)
        const waived = current.length > 0 ? current : blocks.filter(({ cause }) => cause === 'deactivated')
        for (const block of waived) block.isWaived = true
        this.#settle(index)
        return false
      }
      case 'cancel': {
        const index = this.#index(this.purchases, command.purchase)
        if (index === null) return false
        const purchase = this.purchases[index]!
        if (purchase.status === 'none') return true
        if (isEnded(purchase)) return false
        this.#end(purchase, 'canceled', this.now)
        this.#settle(index)
        return false
      }
      case 'plan_end': {
        const index = this.#index(this.purchases, command.purchase)
        if (index === null || this.purchases[index]!.status === 'none') return false
        this.purchases[index]!.endsAt = command.inDays === null ? null : this.now + command.inDays
        this.#settle(index)
        return false
      }
      case 'grant':
        this.#grants[command.contact]!.add(command.offer)
        return false
      case 'revoke':
        this.#grants[command.contact]!.delete(command.offer)
        for (const [index, purchase] of this.purchases.entries())
          if (purchase.contact === command.contact && purchase.offer === command.offer && !purchase.isClosed)
            this.#blockByHand(index, this.now)
        return false
      case 'wait':
        this.now += command.days
        for (const [index, purchase] of this.purchases.entries())
          if (this.#passTime(purchase) || !purchase.isClosed) this.#settle(index)
        return false
      // What is known already changes nothing.
      default:
        return false
    }
  }

  shown(): Shown {
    return {
      contacts: this.#grants.map((grants, contact) => ({
        held: [
          ...new Set([
            ...grants,
            ...this.purchases
              .filter((purchase) => purchase.contact === contact && !purchase.isClosed)
              .map(({ offer }) => offer),
          ]),
        ].sort(),
        paid: this.#paid(contact),
      })),
      purchases: this.purchases.map((purchase) => {
        const first = firstBlock(purchase)
        return {
          isClosed: purchase.isClosed,
          endsAt: first?.since ?? null,
          reason: first?.cause ?? null,
          status: purchase.status,
        }
      }),
    }
  }

  /** What is left of a charge to be paid back; null: there is no charge. */
  refundable(charge: number): number | null {
    const index = this.#index(this.charges, charge)
    return index === null ? null : this.#left(index)
  }

  #left(index: number): number {
    const { parts, refunds, dispute } = this.charges[index]!
    const isDisputed = dispute && ['needs_response', 'lost'].includes(dispute.status)
    const total = sum(parts.map(({ cents }) => cents))
    const back = sum(
      refunds.filter((id) => !this.refunds[id]!.isFailed).map((id) => amountOf(this.refunds[id]!)),
    )
    return total - back - (isDisputed ? total : 0)
  }

  #paidBack(charge: number): boolean {
    const { parts, refunds } = this.charges[charge]!
    const back = refunds.filter((id) => !this.refunds[id]!.isFailed).map((id) => amountOf(this.refunds[id]!))
    return sum(back) >= sum(parts.map(({ cents }) => cents))
  }

  #paid(contact: number): number {
    return sum(
      this.charges
        .filter((charge) => charge.contact === contact)
        .map(({ parts, refunds, dispute }) => {
          const total = sum(parts.map(({ cents }) => cents))
          const back = refunds
            .filter((id) => !this.refunds[id]!.isFailed)
            .map((id) => amountOf(this.refunds[id]!))
          const taken = dispute?.isTaken ? total : 0
          return total - sum(back) - taken + (dispute?.isReturned ? total : 0)
        }),
    )
  }

  #fulfill(order: Order): void {
    const { contact, offers } = order.command
    order.state = 'paid'
    const bought = offers.map((offer, position) => {
      const { kind, cents } = itemOf(order.command, position)
      const isPaid = kind === 'subscription' || kind === 'multipay'
      this.purchases.push({
        contact,
        offer,
        kind,
        cents,
        trialEndsAt: kind === 'trial' ? this.now + TRIAL_DAYS : null,
        orderedAt: order.at,
        payments: isPaid ? [{ at: this.now, isPaid }] : [],
        blocks: [],
        isClosed: false,
        status: kind === 'trial' ? 'trialing' : isRecurring(kind) ? 'active' : 'none',
        endedAt: null,
        endsAt: null,
        pastDueSince: null,
        charges: [],
      })
      return this.purchases.length - 1
    })
    if (order.command.kind !== 'trial' && order.command.kind !== 'free')
      this.#charge(
        contact,
        bought.map((purchase) => ({ purchase, cents: this.purchases[purchase]!.cents })),
      )
  }

  #charge(contact: number, parts: Charge['parts']): void {
    this.charges.push({ contact, parts, refunds: [], dispute: null })
    for (const { purchase } of parts) this.purchases[purchase]!.charges.push(this.charges.length - 1)
  }

  #pay(command: { do: 'renew' | 'fail'; purchase: number; daysAgo: number }): boolean {
    const index = this.#index(this.purchases, command.purchase)
    if (index === null) return false
    const purchase = this.purchases[index]!
    const { status, endedAt, payments } = purchase
    const at = this.now - command.daysAgo
    const isPaid = command.do === 'renew'
    if (status === 'none' || at < purchase.orderedAt) return true
    if (endedAt !== null && (at >= endedAt || (isPaid && status === 'completed'))) return true
    payments.push({ at, isPaid })
    const failedSince = this.#failedSince(purchase)
    if (isPaid) {
      this.#charge(purchase.contact, [{ purchase: index, cents: purchase.cents }])
      const paid = payments.filter((payment) => payment.isPaid)
      if (purchase.kind === 'multipay' && paid.length >= PLAN_PAYMENTS)
        this.#end(purchase, 'completed', Math.max(...paid.map((payment) => payment.at)))
      else if (endedAt === null) {
        purchase.status = failedSince === null ? 'active' : 'past_due'
        purchase.pastDueSince = failedSince
      }
    } else if (endedAt === null && failedSince !== null) {
      purchase.status = 'past_due'
      purchase.pastDueSince = Math.min(purchase.pastDueSince ?? failedSince, failedSince)
    }
    this.#settle(index)
    return false
  }

  /** When the first payment failed of those after the last one that succeeded; of two at once, the later report counts. */
  #failedSince({ payments }: Purchase): number | null {
    const inOrder = payments.map((payment, n) => ({ ...payment, n })).sort((a, b) => a.at - b.at || a.n - b.n)
    return inOrder[inOrder.findLastIndex(({ isPaid }) => isPaid) + 1]?.at ?? null
  }

  /** What time alone does to a subscription. @returns whether it has changed */
  #passTime(purchase: Purchase): boolean {
    const { status, endsAt, trialEndsAt } = purchase
    if (status === 'none' || isEnded(purchase)) return false
    if (endsAt !== null && endsAt <= this.now) this.#end(purchase, 'canceled', endsAt)
    else if (status === 'trialing' && trialEndsAt! <= this.now) {
      purchase.status = 'past_due'
      purchase.pastDueSince = trialEndsAt
    } else return false
    return true
  }

  #end(purchase: Purchase, status: 'canceled' | 'completed', at: number): void {
    purchase.status = status
    purchase.endedAt = at
    purchase.pastDueSince = null
  }

  #refund({ charge, percent }: { charge: number; percent: number }): boolean {
    const index = this.#index(this.charges, charge)
    if (index === null) return false
    const cents = Math.ceil((Math.max(this.#left(index), 0) * percent) / 100)
    if (cents <= 0) return true
    const { parts, refunds } = this.charges[index]!
    const left = parts.map(({ purchase, cents: paid }) => {
      const back = refunds
        .filter((id) => !this.refunds[id]!.isFailed)
        .flatMap((id) => this.refunds[id]!.parts)
      return paid - sum(back.filter((part) => part.purchase === purchase).map((part) => part.cents))
    })
    const shares = share(cents, left)
    this.refunds.push({
      charge: index,
      at: this.now,
      isFailed: false,
      parts: parts.map(({ purchase }, position) => ({ purchase, cents: shares[position]! })),
    })
    refunds.push(this.refunds.length - 1)
    this.#settle(...parts.map(({ purchase }) => purchase))
    return false
  }

  #dispute({ charge, status }: { charge: number; status: Dispute }): void {
    const found = this.#chosen(this.charges, charge)
    if (!found) return
    const before = found.dispute
    found.dispute = {
      status,
      lostAt: status === 'lost' ? (before?.lostAt ?? this.now) : null,
      isTaken: (before?.isTaken ?? false) || !status.startsWith('warning'),
      isReturned: (before?.isReturned ?? false) || status === 'won',
    }
    this.#settle(...purchasesOf(found))
  }

  #blockByHand(index: number, since: number): void {
    const { blocks } = this.purchases[index]!
    const block = blocks.find(({ cause }) => cause === 'deactivated')
    if (block) Object.assign(block, { since, isWaived: false })
    else blocks.push({ cause: 'deactivated', fact: '', since, isWaived: false })
    this.#settle(index)
  }

  #settle(...indices: number[]): void {
    for (const index of indices) {
      this.#derive(index)
      const first = firstBlock(this.purchases[index]!)
      this.purchases[index]!.isClosed = first !== null && first.since <= this.now
    }
  }

  /** Blocks are those of the facts of now; one that is waived stays waived while its fact is there. */
  #derive(index: number): void {
    const purchase = this.purchases[index]!
    const facts = this.#facts(index).filter(
      ({ cause, since }) => cause !== 'failed_payment' || since <= this.now,
    )
    purchase.blocks = [
      ...purchase.blocks.filter(({ cause }) => cause === 'deactivated'),
      ...facts.map((fact) => ({
        ...fact,
        isWaived: purchase.blocks.some(
          (block) => block.cause === fact.cause && block.fact === fact.fact && block.isWaived,
        ),
      })),
    ]
  }

  #facts(index: number): Omit<Block, 'isWaived'>[] {
    const purchase = this.purchases[index]!
    const facts: Omit<Block, 'isWaived'>[] = []
    const charges = isSubscription(purchase) ? purchase.charges.slice(-1) : purchase.charges
    const refunds = charges
      .flatMap((id) => this.charges[id]!.refunds)
      .filter((id) => !this.refunds[id]!.isFailed)
      .sort((a, b) => this.refunds[a]!.at - this.refunds[b]!.at || a - b)
    const of = (parts: { purchase: number; cents: number }[]) =>
      sum(parts.filter((part) => part.purchase === index).map(({ cents }) => cents))
    const paid = sum(charges.map((id) => of(this.charges[id]!.parts)))
    // A refund of which the purchase had no part is none of it.
    const own = refunds.filter((id) => of(this.refunds[id]!.parts) > 0)
    // What cost nothing goes with the payment that it came with.
    const isBonus = paid === 0 && purchase.charges.length > 0
    if (isBonus && purchase.charges.every((id) => this.#paidBack(id)) && refunds.length > 0)
      facts.push({
        cause: 'refund',
        fact: String(refunds.at(-1)),
        since: this.refunds[refunds.at(-1)!]!.at,
      })
    if (own.length > 0 && paid - sum(own.map((id) => of(this.refunds[id]!.parts))) <= 0)
      facts.push({ cause: 'refund', fact: String(own.at(-1)), since: this.refunds[own.at(-1)!]!.at })
    for (const id of purchase.charges) {
      const lostAt = this.charges[id]!.dispute?.lostAt ?? null
      if (lostAt !== null) facts.push({ cause: 'dispute', fact: String(id), since: lostAt })
    }
    if (purchase.status === 'canceled') facts.push({ cause: 'canceled', fact: '', since: purchase.endedAt! })
    else if (purchase.status !== 'completed' && purchase.endsAt !== null)
      facts.push({ cause: 'canceled', fact: '', since: purchase.endsAt })
    if (purchase.pastDueSince !== null)
      facts.push({
        cause: 'failed_payment',
        fact: String(purchase.pastDueSince),
        since: purchase.pastDueSince + GRACE_DAYS,
      })
    return facts
  }

  #index(list: unknown[], chosen: number): number | null {
    return list.length === 0 ? null : chosen % list.length
  }

  #chosen<Item>(list: Item[], chosen: number): Item | null {
    const index = this.#index(list, chosen)
    return index === null ? null : list[index]!
  }
}

/** What an item of an order is, and costs. */
export function itemOf(
  { kind, offers, cents, hasBonus }: Extract<Command, { do: 'sell' }>,
  position: number,
): { kind: Kind; cents: number } {
  const isBonus = hasBonus && position > 0 && position === offers.length - 1
  if (isBonus || kind === 'free') return { kind: 'free', cents: 0 }
  return { kind, cents }
}

/** Free orders and trials have no payment to wait for. */
export const isPendingSale = ({ isPending, kind }: Extract<Command, { do: 'sell' }>) =>
  isPending && kind !== 'trial' && kind !== 'free'

const isSubscription = ({ kind }: Purchase) => kind === 'subscription' || kind === 'trial'

const isEnded = ({ status }: Purchase) => status === 'canceled' || status === 'completed'

const purchasesOf = ({ parts }: { parts: { purchase: number }[] }) => parts.map(({ purchase }) => purchase)

const amountOf = ({ parts }: Refund) => sum(parts.map(({ cents }) => cents))

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)

function firstBlock({ blocks }: Purchase): Block | null {
  const active = blocks.filter(({ isWaived }) => !isWaived)
  active.sort((a, b) => a.since - b.since || (a.cause < b.cause ? -1 : 1))
  return active[0] ?? null
}

/** Divides cents one by one: each goes to whoever is furthest behind its due. */
function share(cents: number, weights: number[]): number[] {
  const total = sum(weights)
  const shares = weights.map((weight) => Math.floor((cents * weight) / total))
  const missing = weights.map((weight, index) => ({ index, due: (cents * weight) % total }))
  missing.sort((a, b) => b.due - a.due || a.index - b.index)
  for (const { index } of missing.slice(0, cents - sum(shares))) shares[index]! += 1
  return shares
}
