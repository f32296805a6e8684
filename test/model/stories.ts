/** Which stories there can be: a site, and steps of acts, each chosen where the story then stands. */
import fc from 'fast-check'
import { type Act, type ActOf, type ContactName, type Meta, NOBODY } from './acts.ts'
import { CATALOGUE, STRANGE_OFFERS, type World } from './rules/world.ts'

export interface SoFar {
  world: World
  acts: Act[]
}

/** An act that is still to be fitted into the story: "the second contact" becomes "#2", or nobody. */
export type Choice = (soFar: SoFar) => Act

export interface Story {
  /** The site confirms grants, unless a request declines it. */
  confirms: boolean
  /** Acts of one step are done at the same time. */
  steps: Choice[][]
}

const LONGEST = 12

const key = fc.option(fc.constantFrom('k1', 'k2'), { nil: undefined, freq: 2 })

const email = fc
  .tuple(fc.constantFrom('ada', 'bob', 'cyd'), fc.constantFrom('', ' '))
  .chain(([name, space]) =>
    fc.constantFrom(`${name}@example.com`, `${space}${name.toUpperCase()}@Example.com${space}`),
  )
const name = fc.constantFrom('Ada Lovelace', 'Bob', '')
const who = fc.nat(4)

const offer = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...Object.keys(CATALOGUE).filter((one) => one !== 'Old')) },
  { weight: 1, arbitrary: fc.constantFrom('Old', ...STRANGE_OFFERS) },
)
const flag = fc.option(fc.boolean(), { nil: undefined })
const meta: fc.Arbitrary<Meta> = fc.record(
  {
    send_customer_welcome_email: flag,
    send_offer_grant_email: flag,
    gift: fc.constant({ from_name: 'Mabel' }),
  },
  { requiredKeys: [] },
)
const change = {
  who,
  door: fc.constantFrom('contacts' as const, 'customers' as const),
  offers: fc.array(offer, { minLength: 1, maxLength: 4 }),
  meta: fc.option(meta, { nil: undefined }),
  key,
}

const contactNo = ({ contacts }: World, n: number): ContactName =>
  contacts.length > 0 ? contacts[n % contacts.length]!.id : NOBODY

const create = fc.record({ attributes: fc.record({ email, name }, { requiredKeys: ['email'] }), key }).map(
  (chosen): Choice =>
    ({ acts }) => ({ do: 'create', as: nextName(acts), ...chosen }),
)

const nextName = (acts: Act[]): ContactName => `#${acts.filter((one) => one.do === 'create').length + 1}`

/** Who is no customer has no door as one. */
function changing<Do extends 'grant' | 'revoke' | 'replace'>(does: Do, shape: typeof change) {
  return fc.record(shape).map(
    (chosen): Choice =>
      ({ world }) => {
        const found = contactNo(world, chosen.who)
        const isThere = chosen.door === 'contacts' || world.customers.includes(found)
        return { ...chosen, do: does, who: isThere ? found : NOBODY } as ActOf<Do>
      },
  )
}

/** What can be asked of the server. To add an operation: a line here, in acts.ts, in the rules and in server/perform.ts. */
const requests: { weight: number; arbitrary: fc.Arbitrary<Choice> }[] = [
  { weight: 3, arbitrary: create },
  {
    weight: 3,
    arbitrary: fc.record({ who, attributes: fc.record({ email, name }, { requiredKeys: [] }), key }).map(
      (chosen): Choice =>
        ({ world }) => ({ ...chosen, do: 'update', who: contactNo(world, chosen.who) }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({ who, key }).map(
      (chosen): Choice =>
        ({ world }) => ({ ...chosen, do: 'delete', who: contactNo(world, chosen.who) }),
    ),
  },
  { weight: 8, arbitrary: changing('grant', change) },
  { weight: 4, arbitrary: changing('revoke', change) },
  { weight: 4, arbitrary: changing('replace', { ...change, offers: fc.array(offer, { maxLength: 4 }) }) },
  // The same request again, with its key when it had one.
  {
    weight: 4,
    arbitrary: fc.nat(4).map(
      (back): Choice =>
        ({ acts }) => {
          const asked = acts.filter((one) => 'key' in one)
          const first = asked[asked.length - 1 - (back % asked.length)]!
          return first.do === 'create' ? { ...first, as: nextName(acts) } : first
        },
    ),
  },
]

const request = fc.oneof(...requests)

const archive = fc.constantFrom(...Object.keys(CATALOGUE)).map(
  (one): Choice =>
    () => ({ do: 'archive', offer: one }),
)

/** Never 24 hours in sum: whether a key is still good then would depend on milliseconds. */
const wait = fc.constantFrom(10, 25, 70).map(
  (hours): Choice =>
    () => ({ do: 'wait', hours }),
)

const happening = fc.oneof(
  { weight: 3, arbitrary: wait },
  { weight: 1, arbitrary: archive },
  { weight: 1, arbitrary: fc.constant<Choice>(() => ({ do: 'settle' })) },
)

const alone = fc
  .oneof({ weight: 5, arbitrary: request }, { weight: 1, arbitrary: happening })
  .map((one) => [one])

/** An offer is archived beside one request only: a request looks at it once, but two may see it differently. */
const atOnce = fc.oneof(
  { weight: 5, arbitrary: fc.array(request, { minLength: 2, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.tuple(request, archive) },
)

/** Begins with somebody, and ends with a look at everybody. */
function storiesOf(step: fc.Arbitrary<Choice[]>): fc.Arbitrary<Story> {
  const steps = fc.array(step, { maxLength: LONGEST - 1, size: 'max' })
  return fc.record({ confirms: fc.boolean(), begin: create, steps }).map((chosen) => ({
    confirms: chosen.confirms,
    steps: [[chosen.begin], ...chosen.steps, [() => ({ do: 'settle' })], [() => ({ do: 'look' })]],
  }))
}

export const oneAfterAnother = storiesOf(alone)
export const someAtOnce = storiesOf(
  fc.oneof({ weight: 1, arbitrary: alone }, { weight: 1, arbitrary: atOnce }),
)
