/** The commands that a scenario can have. Each is chosen for the state that the scenario has reached. */
import fc from 'fast-check'
import { type Command, type CommandOf, type ContactName, type Meta, NOBODY } from './commands.ts'
import { CATALOGUE, INVALID_OFFERS, type World } from './rules/world.ts'

export interface Progress {
  world: World
  commands: Command[]
}

/** A command with references that are resolved when it is reached: "the second contact" becomes "#2", or nobody. */
export type Choice = (progress: Progress) => Command

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
  { weight: 1, arbitrary: fc.constantFrom('Old', ...INVALID_OFFERS) },
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
  parent: fc.constantFrom('contacts' as const, 'customers' as const),
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
      ({ commands }) => ({ type: 'create', as: nextName(commands), ...chosen }),
  )

const nextName = (commands: Command[]): ContactName =>
  `#${commands.filter((one) => one.type === 'create').length + 1}`

/** A contact who is not a customer has no customers URL. */
function changing<Type extends 'grant' | 'revoke' | 'replace'>(type: Type, shape: typeof change) {
  return fc.record(shape).map(
    (chosen): Choice =>
      ({ world }) => {
        const found = contactNo(world, chosen.who)
        const exists = chosen.parent === 'contacts' || world.customers.includes(found)
        return { ...chosen, type, who: exists ? found : NOBODY } as CommandOf<Type>
      },
  )
}

const update = fc.record({ who, attributes: fc.record({ email, name }, { requiredKeys: [] }), key }).map(
  (chosen): Choice =>
    ({ world }) => ({ ...chosen, type: 'update', who: contactNo(world, chosen.who) }),
)

const remove = fc.record({ who, key }).map(
  (chosen): Choice =>
    ({ world }) => ({ ...chosen, type: 'delete', who: contactNo(world, chosen.who) }),
)

/** An earlier request repeated, with its key if it had one. */
const again = fc.nat(4).map(
  (back): Choice =>
    ({ commands }) => {
      const requests = commands.filter((one) => 'key' in one)
      const first = requests[requests.length - 1 - (back % requests.length)]!
      return first.type === 'create' ? { ...first, as: nextName(commands) } : first
    },
)

export const archive = fc.constantFrom(...Object.keys(CATALOGUE)).map(
  (one): Choice =>
    () => ({ type: 'archive', offer: one }),
)

/** No sum of them is 24 hours: whether a key has expired by then would depend on milliseconds. */
const wait = fc.constantFrom(10, 25, 70).map(
  (hours): Choice =>
    () => ({ type: 'wait', hours }),
)

/** The commands that are requests. */
export const request = fc.oneof(
  { weight: 3, arbitrary: create },
  { weight: 3, arbitrary: update },
  { weight: 2, arbitrary: remove },
  { weight: 8, arbitrary: changing('grant', change) },
  { weight: 4, arbitrary: changing('revoke', change) },
  { weight: 4, arbitrary: changing('replace', { ...change, offers: fc.array(offer, { maxLength: 4 }) }) },
  { weight: 4, arbitrary: again },
)

/** The commands that are not requests. */
export const nonRequest = fc.oneof(
  { weight: 3, arbitrary: wait },
  { weight: 1, arbitrary: archive },
  { weight: 1, arbitrary: fc.constant<Choice>(() => ({ type: 'settle' })) },
)
