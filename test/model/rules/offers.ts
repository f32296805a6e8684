/** Granting, revoking, replacing. */
import type { ChangeOffers, CommandOf, Meta, Result } from '../commands.ts'
import { inOrder, offersResult, refusal } from '../format.ts'
import { contactOf, nameFrom } from './contacts.ts'
import type { Contact, Email, Grant, World } from './world.ts'

const NOT_FOUND = refusal(404, 'not_found')
const offerNotFound = (index: number) => refusal(404, 'not_found', `/data/${index}`)

export const isLive = (grant: Grant) => grant.ended === null

const liveGrants = (world: World, { id }: Contact) =>
  world.grants.filter((grant) => grant.who === id && isLive(grant))

export const held = (world: World, contact: Contact): string[] =>
  inOrder(liveGrants(world, contact).map(({ offer }) => offer))

/** The contact whose offers a request changes; at the customers URL, it must be a customer. */
function subject(world: World, { parent, who }: ChangeOffers): Contact | undefined {
  const contact = contactOf(world, who)
  return parent === 'contacts' || world.customers.includes(who) ? contact : undefined
}

/** All or nothing: with one offer that cannot be granted, nothing is granted. */
export function grant(world: World, change: CommandOf<'grant'>): Result {
  const contact = subject(world, change)
  if (!contact) return NOT_FOUND
  const wrong = change.offers.findIndex((offer) => !isGrantable(world, offer))
  if (wrong !== -1) return offerNotFound(wrong)
  const given = grantMissing(world, contact, change.offers, change.meta)
  return offersResult({ held: held(world, contact), ...given })
}

/** Ignores offers that are not held. */
export function revoke(world: World, change: CommandOf<'revoke'>): Result {
  const contact = subject(world, change)
  if (!contact) return NOT_FOUND
  const wrong = change.offers.findIndex((offer) => !world.offers[offer])
  if (wrong !== -1) return offerNotFound(wrong)
  const revoked = endGrants(world, contact, ({ offer }) => change.offers.includes(offer), 'revoked')
  return offersResult({ held: held(world, contact), revoked })
}

/** Grants listed offers that are not held, and revokes held ones that are not listed. Held offers stay, also archived ones. */
export function replace(world: World, change: CommandOf<'replace'>): Result {
  const contact = subject(world, change)
  if (!contact) return NOT_FOUND
  const unknown = change.offers.findIndex((offer) => !world.offers[offer])
  if (unknown !== -1) return offerNotFound(unknown)
  const before = held(world, contact)
  const isMissing = (offer: string) => !before.includes(offer)
  const wrong = change.offers.findIndex((offer) => isMissing(offer) && !isGrantable(world, offer))
  if (wrong !== -1) return offerNotFound(wrong)
  const given = grantMissing(world, contact, change.offers, change.meta)
  const revoked = endGrants(world, contact, ({ offer }) => !change.offers.includes(offer), 'replaced')
  return offersResult({ held: held(world, contact), ...given, revoked })
}

const isGrantable = (world: World, name: string) => {
  const offer = world.offers[name]
  return offer !== undefined && !offer.isArchived
}

/** The first grant creates the customer, an empty list does not. Held offers stay as they are. */
function grantMissing(world: World, contact: Contact, offers: string[], meta: Meta = {}) {
  const who = contact.id
  const isNew = offers.length > 0 && !world.customers.includes(who)
  if (isNew) {
    world.customers.push(who)
    contact.name ||= nameFrom(contact.email)
    world.events.push({ type: 'customer_created', who })
    if (meta.send_customer_welcome_email !== false) sendEmail(world, 'welcome', who)
  }
  const already = held(world, contact)
  const granted = [...new Set(offers)].filter((offer) => !already.includes(offer))
  for (const name of granted) {
    const { isGift, beginsAt = 0, days } = world.offers[name]!
    const from = Math.max(world.hour, beginsAt)
    const until = days === undefined ? null : from + 24 * days
    const gift = isGift ? (meta.gift ?? {}) : null
    world.grants.push({ who, offer: name, at: world.hour, from, until, gift, ended: null })
    world.events.push({ type: 'offer_granted', who, offer: name })
    if (isGift) sendEmail(world, 'gift', who)
    if (meta.send_offer_grant_email ?? world.confirms) sendEmail(world, 'offer_grant', who)
  }
  return {
    customer: world.customers.includes(who) ? who : undefined,
    isNew,
    granted,
    already: [...new Set(offers)].filter((offer) => already.includes(offer)),
  }
}

function endGrants(
  world: World,
  contact: Contact,
  which: (grant: Grant) => boolean,
  reason: 'revoked' | 'replaced',
) {
  const ending = liveGrants(world, contact).filter(which)
  for (const given of ending) end(world, given, reason)
  return inOrder(ending.map(({ offer }) => offer))
}

/** The record of the grant is kept, with the reason of its end. */
export function end(world: World, given: Grant, reason: NonNullable<Grant['ended']>): void {
  const { who, offer } = given
  given.ended = reason
  world.events.push(
    reason === 'expired'
      ? { type: 'access_expired', who, offer }
      : { type: 'offer_revoked', who, offer, reason },
  )
}

const sendEmail = (world: World, kind: Email['kind'], who: string) =>
  world.emails.push({ kind, who, status: 'due', to: null })
