/** Which acts a story can have, each chosen where the story then stands. */
import fc from 'fast-check'
import { type Act, type ActOf, type ContactName, type Meta, NOBODY } from './acts.ts'
import { CATALOGUE, STRANGE_OFFERS, type World } from './rules/world.ts'

export interface SoFar {
  world: World
  acts: Act[]
}

/** An act that is still to be fitted into the story: "the second contact" becomes "#2", or nobody. */
export type Choice = (soFar: SoFar) => Act

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
  offers: fc.array(offer, { maxLength: 4 }),
  meta: fc.option(meta, { nil: undefined }),
  key,
}

const contactNo = ({ contacts }: World, n: number): ContactName =>
  contacts.length > 0 ? contacts[n % contacts.length]!.id : NOBODY

export const create = fc
  .record({ attributes: fc.record({ email, name }, { requiredKeys: ['email'] }), key })
  .map(
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

const update = fc.record({ who, attributes: fc.record({ email, name }, { requiredKeys: [] }), key }).map(
  (chosen): Choice =>
    ({ world }) => ({ ...chosen, do: 'update', who: contactNo(world, chosen.who) }),
)

const remove = fc.record({ who, key }).map(
  (chosen): Choice =>
    ({ world }) => ({ ...chosen, do: 'delete', who: contactNo(world, chosen.who) }),
)

/** The same request again, with its key when it had one. */
const again = fc.nat(4).map(
  (back): Choice =>
    ({ acts }) => {
      const requests = acts.filter((one) => 'key' in one)
      const first = requests[requests.length - 1 - (back % requests.length)]!
      return first.do === 'create' ? { ...first, as: nextName(acts) } : first
    },
)

export const archive = fc.constantFrom(...Object.keys(CATALOGUE)).map(
  (one): Choice =>
    () => ({ do: 'archive', offer: one }),
)

/** Never 24 hours in sum: whether a key is still good then would depend on milliseconds. */
const wait = fc.constantFrom(10, 25, 70).map(
  (hours): Choice =>
    () => ({ do: 'wait', hours }),
)

/** What can be asked of the server. */
export const request = fc.oneof(
  { weight: 3, arbitrary: create },
  { weight: 3, arbitrary: update },
  { weight: 2, arbitrary: remove },
  { weight: 8, arbitrary: changing('grant', change) },
  { weight: 4, arbitrary: changing('revoke', change) },
  { weight: 4, arbitrary: changing('replace', { ...change, offers: fc.array(offer, { maxLength: 4 }) }) },
  { weight: 4, arbitrary: again },
)

/** What happens without a request. */
export const happening = fc.oneof(
  { weight: 3, arbitrary: wait },
  { weight: 1, arbitrary: archive },
  { weight: 1, arbitrary: fc.constant<Choice>(() => ({ do: 'settle' })) },
)
