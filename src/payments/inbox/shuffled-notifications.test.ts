/**
 * The same scenario is run on two sites: one gets each notification at once and in order, the other one gets them late,
 * shuffled and repeated. In the end both have the same books.
 */
import fc from 'fast-check'
import type Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAccount } from '../../testing/fixtures.ts'
import { connectStripe, startWithStripe, type WithStripe } from '../../testing/stripe/connect.ts'
import { type Books, beginCheckout, booksOf, MONTHLY, planOf } from '../../testing/stripe/shop.ts'

let h: WithStripe
beforeAll(async () => {
  h = await startWithStripe()
})
afterAll(() => h.close())

const SOLD = {
  single: {},
  monthly: MONTHLY,
  trial: { ...MONTHLY, trial_days: 7 },
  plan: planOf(3),
}

const MOVES = [
  'renew',
  'renewal fails',
  'retry fails',
  'retry',
  'refund 500',
  'refund the rest',
  'refund fails',
  'dispute',
  'dispute won',
  'dispute lost',
  'cancel in portal',
  'cancel',
] as const

interface Scenario {
  sold: keyof typeof SOLD
  isBankDebit: boolean
  moves: (typeof MOVES)[number][]
}

const scenario: fc.Arbitrary<Scenario> = fc.record({
  sold: fc.constantFrom(...(Object.keys(SOLD) as Scenario['sold'][])),
  isBankDebit: fc.boolean(),
  moves: fc.array(fc.constantFrom(...MOVES), { maxLength: 7 }),
})

type Hear = (events: Stripe.Event[]) => Promise<void>

/** Runs a scenario on a new site. @param hear called with the events after each move */
async function runOn({ sold, isBankDebit, moves }: Scenario, hear: Hear): Promise<{ siteId: string }> {
  const { stripe } = h
  stripe.state.objects.now = Math.floor(Date.now() / 1000)
  const owner = await makeAccount(h.app)
  const account = await connectStripe({ ...h, client: h.clientWith(owner.token) })
  stripe.takeEvents()
  const { session } = await beginCheckout(h, account, SOLD[sold])
  const method = isBankDebit && sold === 'single' ? 'bank_debit' : 'card'
  const { subscription } = stripe.pay(session, { method })
  // The schedule of a plan is made before anything else happens.
  await stripe.deliver(stripe.takeEvents())
  await h.drain()
  stripe.takeEvents()
  if (method === 'bank_debit') {
    stripe.settle(session, true)
    await hear(stripe.takeEvents())
  }
  for (const move of moves) {
    try {
      make(move, session, subscription as string | null)
    } catch {
      // Stripe refuses it, as a second refund of everything.
    }
    await hear(stripe.takeEvents())
  }
  return owner
}

function make(move: Scenario['moves'][number], session: string, subscription: string | null): void {
  const { stripe } = h
  const { objects } = stripe.state
  const charge = () => stripe.chargeOf(session).id
  const isLive = subscription !== null && objects.get('subscription', subscription).status !== 'canceled'
  switch (move) {
    case 'renew':
    case 'renewal fails':
      if (isLive) stripe.renew(subscription!, move === 'renew')
      break
    case 'retry':
    case 'retry fails':
      if (isLive) stripe.retry(subscription!, move === 'retry')
      break
    case 'refund 500':
      stripe.refund(charge(), 500)
      break
    case 'refund the rest':
      stripe.refund(charge())
      break
    case 'refund fails': {
      const refund = objects.all(
        'refund',
        (each) => each.charge === charge() && each.status === 'succeeded',
      )[0]
      if (refund) stripe.failRefund(refund.id)
      break
    }
    case 'dispute':
      if (!objects.get('charge', charge()).disputed) stripe.dispute(charge())
      break
    case 'dispute won':
    case 'dispute lost': {
      const open = objects.all(
        'dispute',
        (each) => each.charge === charge() && each.status === 'needs_response',
      )[0]
      if (open) stripe.closeDispute(open.id, move === 'dispute won' ? 'won' : 'lost')
      break
    }
    case 'cancel in portal':
      if (isLive) stripe.cancelInPortal(subscription!)
      break
    case 'cancel':
      if (isLive) stripe.cancel(subscription!)
  }
}

const inOrder: Hear = async (events) => {
  await h.stripe.deliver(events)
  await h.drain()
}

/** Both scenarios end in the same state at Stripe; what Bestow does there on its own is heard, too. */
async function endOf(site: { siteId: string }): Promise<Books> {
  for (let round = 0; round < 3; round++) {
    await h.stripe.deliver(h.stripe.takeEvents())
    await h.drain()
  }
  return booksOf(h, site)
}

const RUNS = Number(process.env.NOTIFICATION_RUNS ?? 6)

test('shuffled, late and repeated notifications lead to the same books', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(scenario, fc.infiniteStream(fc.nat()), async (given, numbers) => {
      const expected = await endOf(await runOn(given, inOrder))
      const late: Stripe.Event[] = []
      const site = await runOn(given, async (events) => void late.push(...events))
      for (const event of shuffled([...late, ...late], numbers)) {
        await h.stripe.deliver([event])
        if (numbers.next().value % 3 === 0) await h.drain()
      }
      expect(await endOf(site)).toEqual(expected)
    }),
    { numRuns: RUNS },
  )
})

function shuffled<Item>(items: Item[], numbers: fc.Stream<number>): Item[] {
  const left = [...items]
  return items.map(() => left.splice(numbers.next().value % left.length, 1)[0]!)
}
