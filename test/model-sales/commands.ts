/** The commands of a scenario; numbers choose among what is there. */
import fc from 'fast-check'

export const KINDS = ['single', 'free', 'subscription', 'multipay', 'trial'] as const

export type Kind = (typeof KINDS)[number]

export type Command =
  /** `hasBonus`: of several offers, the last one costs nothing. */
  | {
      do: 'sell'
      contact: number
      kind: Kind
      offers: number[]
      cents: number
      isPending: boolean
      hasBonus: boolean
    }
  /** The payment of a pending order is known: also a second time, and with another result. */
  | { do: 'settle'; order: number; isPaid: boolean }
  /** The notification of an order arrives again. */
  | { do: 'repeat_sale'; order: number }
  /** Reported as many days after it happened. */
  | { do: 'renew' | 'fail'; purchase: number; daysAgo: number }
  | { do: 'repeat_payment'; purchase: number }
  /** A part, of a hundred, of what is left. */
  | { do: 'refund'; charge: number; percent: number }
  | { do: 'repeat_refund' | 'refund_fails'; refund: number }
  | { do: 'dispute'; charge: number; status: Dispute }
  /** An earlier state of a dispute arrives late. */
  | { do: 'late_dispute'; charge: number; status: Dispute }
  | { do: 'deactivate'; purchase: number; inDays: number }
  | { do: 'reactivate' | 'cancel'; purchase: number }
  | { do: 'plan_end'; purchase: number; inDays: number | null }
  | { do: 'grant' | 'revoke'; contact: number; offer: number }
  | { do: 'wait'; days: number }

export const DISPUTES = ['warning_needs_response', 'needs_response', 'lost', 'won'] as const

export type Dispute = (typeof DISPUTES)[number]

export const CONTACTS = 2
export const OFFERS = 3

const index = fc.nat(5)
const percent = fc.oneof(fc.constant(100), fc.integer({ min: 1, max: 100 }))

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('sell' as const),
      contact: fc.nat(CONTACTS - 1),
      kind: fc.constantFrom(...KINDS),
      offers: fc.uniqueArray(fc.nat(OFFERS - 1), { minLength: 1, maxLength: 3 }),
      cents: fc.integer({ min: 1, max: 10_000 }),
      isPending: fc.boolean(),
      hasBonus: fc.boolean(),
    }),
  },
  fc.record({ do: fc.constant('settle' as const), order: index, isPaid: fc.boolean() }),
  fc.record({ do: fc.constant('repeat_sale' as const), order: index }),
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('renew' as const, 'fail'),
      purchase: index,
      daysAgo: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30 })),
    }),
  },
  fc.record({ do: fc.constant('repeat_payment' as const), purchase: index }),
  { weight: 4, arbitrary: fc.record({ do: fc.constant('refund' as const), charge: index, percent }) },
  fc.record({ do: fc.constantFrom('repeat_refund' as const, 'refund_fails'), refund: index }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('dispute' as const, 'late_dispute'),
      charge: index,
      status: fc.constantFrom(...DISPUTES),
    }),
  },
  fc.record({ do: fc.constant('deactivate' as const), purchase: index, inDays: fc.nat(30) }),
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('reactivate' as const, 'cancel'), purchase: index }),
  },
  fc.record({
    do: fc.constant('plan_end' as const),
    purchase: index,
    inDays: fc.option(fc.integer({ min: 1, max: 30 })),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('grant' as const, 'revoke'),
      contact: fc.nat(CONTACTS - 1),
      offer: fc.nat(OFFERS - 1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 25 }) }),
  },
)

export const scenarios: fc.Arbitrary<Command[]> = fc.array(command, { minLength: 1, maxLength: 30 })
