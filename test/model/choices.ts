/** The commands that a scenario can have. Each is chosen for the state that the scenario has reached. */
import fc from 'fast-check'
import {
  type Command,
  type CommandOf,
  type ContactName,
  type GrantName,
  type Meta,
  NOBODY,
} from './commands.ts'
import { contactOfCustomer } from './rules/contacts.ts'
import { isLive } from './rules/offers.ts'
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
/** Half past an hour: all other times are whole hours and some seconds. */
const halfPast = (world: World, hours: number) => world.hour + hours + 0.5

const later = fc.option(fc.constantFrom(-5, 2, 12, 40, 130), { nil: null, freq: 5 })

/** What a grant says of the end of access. */
const ending = (renewals: ('extend' | 'restart')[]) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant({}) },
    { weight: 3, arbitrary: fc.record({ renew: fc.constantFrom(...renewals) }) },
    { weight: 2, arbitrary: fc.record({ hours: later }) },
  )

type Ending = { renew?: Meta['renew']; hours?: number | null }

const endingIn = (world: World, { renew, hours }: Ending): Pick<Meta, 'renew' | 'expires_at'> => ({
  ...(renew && { renew }),
  ...(hours !== undefined && { expires_at: hours === null ? null : halfPast(world, hours) }),
})

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
        const who = chosen.parent === 'contacts' ? found : firstOwner(world, found)
        return { ...chosen, type, who } as CommandOf<Type>
      },
  )
}

/** The contact whose customer it was first, before any merges. */
const firstOwner = (world: World, who: ContactName): ContactName =>
  [...world.passedOn, ...world.customers].find((one) => contactOfCustomer(world, one)?.id === who) ?? NOBODY

/** What changes an end of access names an offer that is held, where there is one. */
const granting = (renewals: ('extend' | 'restart')[]) =>
  fc.tuple(changing('grant', change), ending(renewals)).map(
    ([grant, end]): Choice =>
      (progress) => {
        const { world } = progress
        const command = grant(progress) as CommandOf<'grant'>
        if (Object.keys(end).length === 0) return command
        const meta = { ...command.meta, ...endingIn(world, end) }
        const live = world.grants.find((given) => given.who === command.who && isLive(given))
        const offers = live ? [live.offer, ...command.offers.slice(1)] : command.offers
        return { ...command, offers, meta }
      },
  )

/** To the contact created last. */
export const grantToNewest = fc.uniqueArray(offer, { minLength: 1, maxLength: 3 }).map(
  (offers): Choice =>
    ({ world }) => ({
      type: 'grant',
      parent: 'contacts',
      who: contactNo(world, world.contacts.length - 1),
      offers,
    }),
)

const period = fc
  .record({
    which: fc.nat(5),
    starts: fc.option(fc.constantFrom(-3, 1, 20, 60), { nil: undefined }),
    expires: fc.option(later, { nil: undefined, freq: 3 }),
  })
  .map(
    ({ which, starts, expires }): Choice =>
      ({ world }) => ({
        type: 'period',
        grant: grantNo(world, which),
        ...(starts !== undefined && { starts_at: halfPast(world, starts) }),
        ...(expires !== undefined && { expires_at: expires === null ? null : halfPast(world, expires) }),
      }),
  )

const find = email.map(
  (one): Choice =>
    () => ({ type: 'find', email: one }),
)

function grantNo(world: World, n: number): GrantName | null {
  const { grants } = world
  if (grants.length === 0) return null
  const place = n % grants.length
  const chosen = grants[place]!
  return { place, who: chosen.who, offer: chosen.offer, isLive: isLive(chosen) }
}

const update = fc.record({ who, attributes: fc.record({ email, name }, { requiredKeys: [] }), key }).map(
  (chosen): Choice =>
    ({ world }) => ({ ...chosen, type: 'update', who: contactNo(world, chosen.who) }),
)

const remove = fc.record({ who, key }).map(
  (chosen): Choice =>
    ({ world }) => ({ ...chosen, type: 'delete', who: contactNo(world, chosen.who) }),
)

/** Mostly of two contacts that there are. */
const merge = fc.record({ into: who, from: who, living: fc.nat(9), key }).map(
  ({ into, from, living, key }): Choice =>
    ({ world }) => {
      const alive = world.contacts.filter(({ isDeleted }) => !isDeleted)
      if (living === 0 || alive.length < 2)
        return { type: 'merge', into: contactNo(world, into), from: contactNo(world, from), key }
      const [stays] = alive.splice(into % alive.length, 1)
      return { type: 'merge', into: stays!.id, from: alive[from % alive.length]!.id, key }
    },
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
const requestWith = (renewals: ('extend' | 'restart')[]) =>
  fc.oneof(
    { weight: 3, arbitrary: create },
    { weight: 3, arbitrary: update },
    { weight: 2, arbitrary: remove },
    { weight: 6, arbitrary: merge },
    { weight: 8, arbitrary: granting(renewals) },
    { weight: 3, arbitrary: period },
    { weight: 2, arbitrary: find },
    { weight: 4, arbitrary: changing('revoke', change) },
    { weight: 4, arbitrary: changing('replace', { ...change, offers: fc.array(offer, { maxLength: 4 }) }) },
    { weight: 4, arbitrary: again },
  )

export const request = requestWith(['extend', 'restart'])

/** Which of several that restart an access period comes last by milliseconds is not known. */
export const concurrentRequest = requestWith(['extend'])

/** The commands that are not requests. */
export const nonRequest = fc.oneof(
  { weight: 3, arbitrary: wait },
  { weight: 1, arbitrary: archive },
  { weight: 1, arbitrary: fc.constant<Choice>(() => ({ type: 'settle' })) },
)
