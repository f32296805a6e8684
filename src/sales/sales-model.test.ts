/**
 * Random histories of sales, recorded by the server and followed by a plain model of money, and of who has access until
 * when and why. Both agree after each step.
 */
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { examine } from '../operations/doctor/examine.ts'
import type { Tx } from '../platform/db/database.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import { makeContact, makeKey, makeOffer, offersBody, unique } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { inTx, itemOf, originAt, sell } from '../testing/sales.ts'
import { deactivatePurchase, reactivatePurchase } from './purchases/deactivate-purchase.ts'
import { type LockedPurchase, lockPurchase } from './purchases/lock-purchase.ts'
import { settleDue } from './settle/settle-due.ts'
import { cancelSubscription } from './subscriptions/cancel-subscription.ts'
import { failPayment, renewPurchase } from './subscriptions/renew-purchase.ts'
import { lockTransaction } from './transactions/find-transaction.ts'
import { recordDispute } from './transactions/record-dispute.ts'
import { recordRefund } from './transactions/record-refund.ts'
import { refundPayment } from './transactions/refund-payment.ts'

const RUNS = Number(process.env.SALES_RUNS ?? 12)
const DAY = 86_400_000
const GRACE = 21 * DAY
const PAYMENTS = 3

let h: Harness
let siteId: string
/** Of the server and of the model. */
let now = Date.now()
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
  Object.assign(h.app, { clock: { now: () => new Date(now) } })
})
afterAll(() => h.close())

interface Charge {
  id: string
  amount: number
  at: number
  refunds: { id: string; reference: string; amount: number; at: number; hasFailed: boolean }[]
  dispute: { reference: string; amount: number; status: 'open' | 'won' | 'lost'; lostAt: number } | null
}

interface Purchase {
  id: string
  offer: string
  kind: 'single' | 'subscription' | 'multipay'
  boughtAt: number
  charges: Charge[]
  status: 'none' | 'active' | 'past_due' | 'completed' | 'canceled'
  pastDueSince: number | null
  endedAt: number | null
  /** An end that was set by hand. */
  end: number | null
  /** Facts that do not count any more. */
  waived: Set<string>
}

interface Fact {
  key: string
  cause: string
  since: number
}

class Model {
  readonly purchases: Purchase[] = []
  readonly granted = new Set<string>()

  /** What ends access by a purchase, or will. */
  factsAgainst(p: Purchase): Fact[] {
    const facts: Fact[] = []
    const counted = p.kind === 'subscription' ? p.charges.slice(-1) : p.charges
    const refunds = counted.flatMap((charge) => charge.refunds).filter((refund) => !refund.hasFailed)
    const last = refunds.toSorted((a, b) => a.at - b.at || Number(a.id) - Number(b.id)).at(-1)
    if (last && sum(counted) <= sum(refunds))
      facts.push({ key: `refund ${last.id}`, cause: 'refund', since: last.at })
    for (const { dispute } of p.charges)
      if (dispute?.status === 'lost')
        facts.push({ key: `dispute ${dispute.reference}`, cause: 'dispute', since: dispute.lostAt })
    if (p.status === 'canceled') facts.push({ key: 'canceled', cause: 'canceled', since: p.endedAt! })
    if (p.pastDueSince !== null && p.endedAt === null && p.pastDueSince + GRACE <= now)
      facts.push({
        key: `failed ${p.pastDueSince}`,
        cause: 'failed_payment',
        since: p.pastDueSince + GRACE,
      })
    return facts
  }

  blocksOf(p: Purchase): Fact[] {
    const facts = this.factsAgainst(p).filter(({ key }) => !p.waived.has(key))
    if (p.end !== null) facts.push({ key: 'end', cause: 'deactivated', since: p.end })
    return facts.toSorted((a, b) => a.since - b.since || (a.cause < b.cause ? -1 : 1))
  }

  isOpen(p: Purchase): boolean {
    const [first] = this.blocksOf(p)
    return first === undefined || first.since > now
  }

  reactivate(p: Purchase, isWhole: boolean): void {
    const ofNow = this.blocksOf(p).filter(({ since }) => since <= now)
    for (const { key } of ofNow) p.waived.add(key)
    if (isWhole || ofNow.length === 0 || ofNow.some(({ key }) => key === 'end')) p.end = null
    p.waived.delete('end')
  }

  /** A fact that has gone, and comes back, counts again. */
  forgetWaived(p: Purchase): void {
    const keys = new Set(this.factsAgainst(p).map(({ key }) => key))
    for (const key of p.waived) if (!keys.has(key)) p.waived.delete(key)
  }

  held(): string[] {
    const bought = this.purchases.filter((p) => this.isOpen(p)).map(({ offer }) => offer)
    return [...new Set([...bought, ...this.granted])].sort()
  }

  net(): number {
    return this.purchases
      .flatMap(({ charges }) => charges)
      .reduce((total, charge) => total + charge.amount - paidBack(charge) - taken(charge), 0)
  }
}

const sum = (items: { amount: number }[]) => items.reduce((total, { amount }) => total + amount, 0)
const paidBack = ({ refunds }: Charge) => sum(refunds.filter(({ hasFailed }) => !hasFailed))
const taken = ({ dispute }: Charge) => (dispute === null || dispute.status === 'won' ? 0 : dispute.amount)
const leftOf = (charge: Charge) => charge.amount - paidBack(charge) - taken(charge)
const isFinal = ({ status }: Purchase) => status === 'completed' || status === 'canceled'

const STEPS = [
  ...['buy single', 'buy subscription', 'buy multipay', 'renew', 'renew', 'fail', 'fail late'],
  ...['refund part', 'refund rest', 'refund fails', 'dispute', 'win', 'lose'],
  ...['deactivate', 'end later', 'reactivate', 'reactivate', 'remove end', 'cancel'],
  ...['grant', 'revoke', 'days', 'days', 'days'],
] as const

type Step = { what: (typeof STEPS)[number]; n: number }

const history: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ what: fc.constantFrom(...STEPS), n: fc.nat(1000) }),
  { minLength: 4, maxLength: 16 },
)

/** The customer of one history, at the server and in the model. */
class Run {
  readonly model = new Model()
  readonly #contactId: string
  readonly #offers: string[]
  #customerId = ''

  constructor(contactId: string, offers: string[]) {
    this.#contactId = contactId
    this.#offers = offers
  }

  async step({ what, n }: Step): Promise<void> {
    const offer = this.#offers[n % 2]!
    if (what.startsWith('buy ')) return this.#buy(offer, what.slice(4) as Purchase['kind'])
    if (what === 'days') return this.#wait(1 + (n % 25))
    if (what === 'grant' || what === 'revoke') return this.#changeGrant(what, offer)
    const p = this.model.purchases[n % Math.max(this.model.purchases.length, 1)]
    if (!p) return
    await this.#change(what, n, p)
    this.model.forgetWaived(p)
  }

  async #buy(offer: string, kind: Purchase['kind']): Promise<void> {
    const total = kind === 'multipay' ? PAYMENTS : null
    const sold = await sell(h.app, siteId, this.#contactId, [itemOf(h.app, offer, 2900, kind, total)], {
      payment: { state: 'succeeded', reference: `ch-${unique()}` },
    })
    this.#customerId = sold.customerId
    this.model.purchases.push({
      ...{ id: sold.purchaseIds[0]!, offer, kind, boughtAt: now },
      ...{ status: kind === 'single' ? 'none' : 'active', pastDueSince: null, endedAt: null, end: null },
      charges: [{ id: sold.transactionId!, amount: 2900, at: now, refunds: [], dispute: null }],
      waived: new Set(),
    })
  }

  async #wait(days: number): Promise<void> {
    now += days * DAY
    while ((await settleDue(h.app)) > 0);
  }

  async #changeGrant(what: 'grant' | 'revoke', offer: string): Promise<void> {
    const client = h.clientWith((await makeKey(h.app, h.account, null)).token)
    const path = `/v1/contacts/${this.#contactId}/relationships/offers`
    const { status, body } = await client[what === 'grant' ? 'post' : 'delete'](path, offersBody([offer]))
    expect([status, body.errors]).toEqual([200, undefined])
    this.#customerId ||= body.meta.customer_id ?? ''
    if (what === 'grant') this.model.granted.add(offer)
    else {
      this.model.granted.delete(offer)
      for (const p of this.model.purchases) if (p.offer === offer && this.model.isOpen(p)) p.end = now
    }
  }

  async #change(what: Step['what'], n: number, p: Purchase): Promise<void> {
    const charge = p.charges[n % p.charges.length]!
    switch (what) {
      case 'renew': {
        const given = { provider_reference: `in-${unique()}` }
        const id = await this.#paid(p, (tx, one) => renewPurchase(tx, one, given, originAt(h.app)))
        if (id === null) return
        // Repeated, it is the same payment.
        expect(await this.#paid(p, (tx, one) => renewPurchase(tx, one, given, originAt(h.app)))).toBe(id)
        p.charges.push({ id, amount: 2900, at: now, refunds: [], dispute: null })
        p.pastDueSince = null
        const isComplete = p.kind === 'multipay' && p.charges.length === PAYMENTS
        p.status = isComplete ? 'completed' : 'active'
        if (isComplete) p.endedAt = now
        return
      }
      case 'fail':
      case 'fail late': {
        const at = what === 'fail' ? now : Math.max(p.charges.at(-1)!.at - 1, p.boughtAt)
        const given = { occurred_at: new Date(at).toISOString() }
        const id = await this.#paid(p, (tx, one) => failPayment(tx, one, given, originAt(h.app)))
        if (id === null || p.charges.some((each) => each.at > at)) return
        p.pastDueSince ??= at
        p.status = 'past_due'
        return
      }
      case 'refund part':
      case 'refund rest': {
        const left = leftOf(charge)
        const amount = what === 'refund part' ? Math.max(1, Math.min(500 + n, left)) : undefined
        const reference = `re-${unique()}`
        const refund = () =>
          inTx(h.app, (tx) =>
            refundPayment(
              tx,
              [siteId],
              { parent: 'transactions', id: charge.id },
              { ...(amount !== undefined && { amount_in_cents: amount }), provider_reference: reference },
              null,
              originAt(h.app),
            ),
          )
        if (left <= 0) {
          await expect(refund()).rejects.toMatchObject({ status: 422, code: 'not_refundable' })
          return
        }
        const { id } = await refund()
        expect(await refund()).toEqual({ id, isNew: false })
        charge.refunds.push({ id, reference, amount: amount ?? left, at: now, hasFailed: false })
        return
      }
      case 'refund fails': {
        const refund = charge.refunds.find(({ hasFailed }) => !hasFailed)
        if (!refund) return
        await this.#onCharge(charge, async (tx, found) => {
          const { reference, amount } = refund
          const facts = { state: 'failed', occurred_at: new Date(now) } as const
          await recordRefund(tx, found, { reference, amount, ...facts }, originAt(h.app))
        })
        refund.hasFailed = true
        return
      }
      case 'dispute':
        if (charge.dispute !== null || leftOf(charge) <= 0) return
        charge.dispute = {
          ...{ reference: `dp-${unique()}`, amount: leftOf(charge), status: 'open', lostAt: 0 },
        }
        return this.#tellDispute(charge)
      case 'win':
        if (charge.dispute === null || charge.dispute.status === 'won') return
        charge.dispute.status = 'won'
        return this.#tellDispute(charge)
      case 'lose':
        if (charge.dispute?.status !== 'open') return
        Object.assign(charge.dispute, { status: 'lost', lostAt: now })
        return this.#tellDispute(charge)
      case 'deactivate':
      case 'end later':
        p.end = what === 'deactivate' ? now : now + (1 + (n % 30)) * DAY
        return this.#locked(p, (tx, one) => deactivatePurchase(tx, one, new Date(p.end!), originAt(h.app)))
      case 'reactivate':
      case 'remove end':
        this.model.reactivate(p, what === 'remove end')
        return this.#locked(p, (tx, one) =>
          reactivatePurchase(tx, one, originAt(h.app), what === 'remove end' ? 'whole' : 'now'),
        )
      case 'cancel': {
        const cancel = () => this.#locked(p, (tx, one) => cancelSubscription(tx, one, originAt(h.app)))
        if (p.kind === 'single') return void (await expect(cancel()).rejects.toMatchObject({ status: 422 }))
        await cancel()
        if (!isFinal(p)) Object.assign(p, { status: 'canceled', endedAt: now, pastDueSince: null })
      }
    }
  }

  #locked = <Result>(p: Purchase, work: (tx: Tx, one: LockedPurchase) => Promise<Result>) =>
    inTx(h.app, async (tx) => work(tx, await lockPurchase(tx, [siteId], p.id)))

  /** @returns the id of the payment; null: it is refused, as it must be */
  async #paid(
    p: Purchase,
    work: (tx: Tx, one: LockedPurchase) => Promise<{ id: string }>,
  ): Promise<string | null> {
    const result = await this.#locked(p, work).catch((error: unknown) => error)
    if (result instanceof ApiError) {
      expect([result.status, p.kind === 'single' || isFinal(p)]).toEqual([422, true])
      return null
    }
    if (result instanceof Error) throw result
    return (result as { id: string }).id
  }

  #onCharge = <Result>(
    { id }: Charge,
    work: (tx: Tx, charge: NonNullable<Awaited<ReturnType<typeof lockTransaction>>>) => Promise<Result>,
  ) => inTx(h.app, async (tx) => work(tx, (await lockTransaction(tx, siteId, { id }))!))

  async #tellDispute(charge: Charge): Promise<void> {
    const { reference, amount, status } = charge.dispute!
    const moved = (name: string, sign: number) => ({
      ...{ reference: `${name}-${reference}`, amount: sign * amount, occurred_at: new Date(now) },
    })
    await this.#onCharge(charge, (tx, found) =>
      recordDispute(
        tx,
        found,
        {
          ...{ reference, amount, reason: null, opened_at: new Date(now) },
          status: status === 'open' ? 'needs_response' : status,
          movements: [moved('out', -1), ...(status === 'won' ? [moved('back', 1)] : [])],
        },
        originAt(h.app),
      ),
    )
  }

  /** What both say of every purchase, of access and of money. */
  async compare(): Promise<void> {
    if (this.#customerId === '') return
    const { rows } = await sql<{ id: string; until: Date | null; reason: string | null; status: string }>`
      select p.id, p.deactivated_at as until, p.deactivation_reason as reason, coalesce(s.status, 'none') as status
        from purchases p left join subscriptions s on s.purchase_id = p.id and s.site_id = p.site_id
       where p.customer_id = ${this.#customerId} and p.site_id = ${siteId} order by p.id`.execute(h.app.db)
    expect(rows.map(({ until, ...row }) => ({ ...row, until: until?.getTime() ?? null }))).toEqual(
      this.model.purchases.map((p) => {
        const [first] = this.model.blocksOf(p)
        return { id: p.id, until: first?.since ?? null, reason: first?.cause ?? null, status: p.status }
      }),
    )
    const held = await sql<{ id: string }>`
      select distinct offer_id as id from holdings
       where customer_id = ${this.#customerId} and site_id = ${siteId}
         and (expires_at is null or expires_at > ${new Date(now)})`.execute(h.app.db)
    expect(held.rows.map(({ id }) => id).sort()).toEqual(this.model.held())
    const money = await sql<{ net: string; moved: string; parts: string }>`
      select c.net_revenue * 100 as net,
             (select coalesce(sum(t.amount), 0) from transactions t
               where t.customer_id = c.id and t.site_id = c.site_id and t.is_completed) as moved,
             (select coalesce(sum(tp.amount), 0)
                from transactions t join transaction_purchases tp on tp.transaction_id = t.id and tp.site_id = t.site_id
               where t.customer_id = c.id and t.site_id = c.site_id and t.is_completed) as parts
        from customers c where c.id = ${this.#customerId} and c.site_id = ${siteId}`.execute(h.app.db)
    const [{ net, moved, parts }] = money.rows as [{ net: string; moved: string; parts: string }]
    const expected = this.model.net()
    expect([Number(net), Number(moved), Number(parts)]).toEqual([expected, expected, expected])
  }
}

test('access and money are those of a plain model after each step of random histories', {
  timeout: 1_800_000,
}, async () => {
  const offers = [await makeOffer(h.app, siteId), await makeOffer(h.app, siteId)]
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const run = new Run(await makeContact(h.app, siteId), offers)
      for (const step of steps) {
        await run.step(step)
        await run.compare()
      }
    }),
    { numRuns: RUNS },
  )
})

test('afterwards, no invariant is violated', async () => {
  await h.drain()
  expect((await examine(h.app)).filter(({ violations }) => violations !== 0)).toEqual([])
})
