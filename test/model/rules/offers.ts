/** Granting, revoking, replacing. */
import type { ChangeOffers, CommandOf, Meta, Result } from '../commands.ts'
import { inOrder, offersResult, refusal } from '../format.ts'
import { contactOf, contactOfCustomer, nameFrom } from './contacts.ts'
import { announcementOf, setPeriod } from './periods.ts'
import { type Contact, type Email, type Grant, nowIn, type World } from './world.ts'

const NOT_FOUND = refusal(404, 'not_found')
const offerNotFound = (index: number) => refusal(404, 'not_found', `/data/${index}`)

export const isLive = (grant: Grant) => grant.ended === null

const liveGrant = (world: World, contact: Contact, offer: string) =>
  liveGrants(world, contact).find((grant) => grant.offer === offer)

const liveGrants = (world: World, { id }: Contact) =>
  world.grants.filter((grant) => grant.who === id && isLive(grant))

export const held = (world: World, contact: Contact): string[] =>
  inOrder(liveGrants(world, contact).map(({ offer }) => offer))

/** The contact whose offers a request changes; at the customers URL, it must be a customer. */
function subject(world: World, { parent, who }: ChangeOffers): Contact | undefined {
  return parent === 'contacts' ? contactOf(world, who) : contactOfCustomer(world, who)
}

/** All or nothing: with one offer that cannot be granted, nothing is granted. */
export function grant(world: World, change: CommandOf<'grant'>): Result {
  const contact = subject(world, change)
  if (!contact) return NOT_FOUND
  const wrong = change.offers.findIndex((offer) => !isGrantable(world, offer))
  if (wrong !== -1) return offerNotFound(wrong)
  const { expires_at } = change.meta ?? {}
  if (expires_at && expires_at <= nowIn(world)) return refusal(422, 'invalid', '/meta/expires_at')
  if (change.offers.some((offer) => endsBeforeItBegins(world, contact, offer, change.meta)))
    return refusal(422, 'invalid_period', '/data')
  const renewed = [...new Set(change.offers)].filter((offer) => renew(world, contact, offer, change.meta))
  const given = grantMissing(world, contact, change.offers, change.meta, renewed)
  return offersResult({ held: held(world, contact), ...given })
}

function endsBeforeItBegins(world: World, contact: Contact, offer: string, meta: Meta = {}): boolean {
  const given = liveGrant(world, contact, offer)
  const { from, until } = given
    ? { from: given.from, until: renewedEnd(world, given, meta) }
    : newPeriod(world, offer, meta)
  return until !== null && until <= from
}

/** Changes the end of access to an offer that is held, where the request says so. @returns whether it is another */
function renew(world: World, contact: Contact, offer: string, meta: Meta = {}): boolean {
  const given = liveGrant(world, contact, offer)
  if (!given) return false
  const until = renewedEnd(world, given, meta)
  if (until === given.until) return false
  setPeriod(world, given, given.from, until)
  return true
}

/** Access without end stays without end. Of an offer without a period, a renewal gives access without end. */
function renewedEnd(world: World, { offer, until }: Grant, meta: Meta): number | null {
  if (meta.expires_at !== undefined) return meta.expires_at
  if (meta.renew === undefined || until === null) return until
  const { days } = world.offers[offer]!
  if (days === undefined) return null
  return meta.renew === 'extend' ? until + 24 * days : newPeriod(world, offer, {}).until
}

/** The period of access to an offer that is granted now. */
function newPeriod(world: World, offer: string, { expires_at }: Meta): Pick<Grant, 'from' | 'until'> {
  const { beginsAt = 0, days } = world.offers[offer]!
  const from = Math.max(nowIn(world), beginsAt)
  if (expires_at !== undefined) return { from, until: expires_at }
  return { from, until: days === undefined ? null : from + 24 * days }
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

/** The first grant creates the customer, an empty list does not. Held offers stay as they are, or are renewed. */
function grantMissing(
  world: World,
  contact: Contact,
  offers: string[],
  meta: Meta = {},
  renewed: string[] = [],
) {
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
    const { isGift } = world.offers[name]!
    const { from, until } = newPeriod(world, name, meta)
    const announcedAt = announcementOf(world, name, until)
    const gift = isGift ? (meta.gift ?? {}) : null
    world.grants.push({ who, offer: name, at: world.hour, from, until, announcedAt, gift, ended: null })
    world.events.push({ type: 'offer_granted', who, offer: name })
    if (isGift) sendEmail(world, 'gift', who)
    if (meta.send_offer_grant_email ?? world.confirms) sendEmail(world, 'offer_grant', who)
  }
  return {
    customer: world.customers.includes(who) ? who : undefined,
    isNew,
    granted,
    renewed,
    already: [...new Set(offers)].filter((offer) => already.includes(offer) && !renewed.includes(offer)),
    ends: [...new Set(offers)].map((offer): [string, number | null] => [
      offer,
      liveGrant(world, contact, offer)!.until,
    ]),
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

export const sendEmail = (world: World, kind: Email['kind'], who: string) =>
  world.emails.push({ kind, who, status: 'due', to: null })
