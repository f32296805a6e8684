/** The kinds of requests that are sent. */
import type { Random } from '../random.ts'
import type { Intent, Operation, Request } from './journal.ts'
import type { World } from './world.ts'

export interface Kind {
  name: string
  /** Relative frequency. */
  weight: number
  /** Makes a request of this kind; null while there is no contact for it. */
  make: (world: World, random: Random) => Intent | null
  /** The status of its response, whatever happens concurrently. */
  status: number
  /** Whether the response contains what it must, whatever happens concurrently. */
  isRight: (operation: Operation) => boolean
}

export const kinds: Kind[] = [
  {
    name: 'create',
    weight: 4,
    make: (world) => creation(world.freshEmail()),
    status: 201,
    isRight: ({ response, email }) => response!.body.data.attributes.email === email,
  },
  {
    name: 'create twice',
    weight: 1,
    make: (world, random) => (world.people.length > 0 ? creation(random.pick(world.people).email) : null),
    status: 422,
    isRight: ({ response }) => response!.body.errors[0].code === 'taken',
  },
  {
    name: 'grant',
    weight: 8,
    make: (world, random) => change('POST', world, random, 2),
    status: 200,
    isRight: (operation) => operation.offers.every((offer) => held(operation).includes(offer)),
  },
  {
    name: 'grant again',
    weight: 3,
    make: (world) => world.lastGrant && intentOf(world.lastGrant),
    status: 200,
    isRight: (operation) => operation.offers.every((offer) => held(operation).includes(offer)),
  },
  {
    name: 'revoke',
    weight: 4,
    make: (world, random) => change('DELETE', world, random, 3),
    status: 200,
    isRight: (operation) => operation.offers.every((offer) => !held(operation).includes(offer)),
  },
  {
    name: 'replace',
    weight: 2,
    make: (world, random) => change('PATCH', world, random, 3),
    status: 200,
    isRight: (operation) => held(operation).toSorted().join() === operation.offers.toSorted().join(),
  },
]

const held = ({ response }: Operation): string[] => response!.body.data.map(({ id }: { id: string }) => id)

/** The request without its result. */
const intentOf = ({ request, contactId, offers, isWelcome, isConfirmed }: Intent): Intent => ({
  request,
  contactId,
  offers,
  isWelcome,
  isConfirmed,
})

const creation = (email: string): Intent => ({
  request: {
    method: 'POST',
    path: '/v1/contacts',
    body: { data: { type: 'contacts', attributes: { name: 'Ada Lovelace', email } } },
  },
  contactId: null,
  email,
  offers: [],
  isWelcome: false,
  isConfirmed: false,
})

/** Changes one or several offers, at the URL of the contact or of its customer. */
function change(method: Request['method'], world: World, random: Random, mostOffers: number): Intent | null {
  if (world.people.length === 0) return null
  const { contactId, customerId } = random.pick(world.people)
  const offers = random.some(world.offers, mostOffers)
  const [isWelcome, isConfirmed] = [random.chance(0.5), random.chance(0.2)]
  const owner =
    customerId !== null && random.chance(0.3) ? `customers/${customerId}` : `contacts/${contactId}`
  const meta = {
    send_customer_welcome_email: isWelcome,
    ...(isConfirmed && { send_offer_grant_email: true }),
  }
  return {
    request: {
      method,
      path: `/v1/${owner}/relationships/offers`,
      body: { data: offers.map((id) => ({ type: 'offers', id })), meta },
    },
    contactId,
    offers,
    isWelcome,
    isConfirmed,
  }
}
