/** The rules of granting and tagging, as far as they concern automations. */
import { OFFERS, type OfferName, type TagName } from './commands.ts'
import type { Contact, Event, Run, World } from './world.ts'

/** The originator of a change: a run, or null for a request. */
export type Actor = Run | null

const TRIAL_HOURS = 24

export function record(contact: Contact, type: string, resource: Event['resource'], by: Actor): void {
  const depth = by ? by.event.depth + 1 : 0
  contact.events.push({ type, resource, run: by, depth, isDispatched: false })
}

/** @returns whether any offer was new */
export function grant(world: World, contact: Contact, offers: OfferName[], by: Actor): boolean {
  expire(world, contact)
  const missing = inOrder(offers).filter((offer) => !contact.held.has(offer))
  if (!contact.isCustomer) record(contact, 'customer_created', null, by)
  contact.isCustomer = true
  for (const offer of missing) {
    contact.held.set(offer, offer === 'Trial' ? world.hour + TRIAL_HOURS : Number.POSITIVE_INFINITY)
    record(contact, 'offer_granted', offer, by)
  }
  return missing.length > 0
}

/** @returns whether any offer was held */
export function revoke(world: World, contact: Contact, offers: OfferName[], by: Actor): boolean {
  expire(world, contact)
  const held = inOrder(offers).filter((offer) => contact.held.delete(offer))
  for (const offer of held) record(contact, 'offer_revoked', offer, by)
  return held.length > 0
}

export function replace(world: World, contact: Contact, offers: OfferName[]): void {
  expire(world, contact)
  if (offers.some((offer) => !contact.held.has(offer))) grant(world, contact, offers, null)
  revoke(
    world,
    contact,
    OFFERS.filter((offer) => !offers.includes(offer)),
    null,
  )
}

export function expire({ hour }: World, contact: Contact): void {
  for (const [offer, end] of contact.held) {
    if (end > hour) continue
    contact.held.delete(offer)
    record(contact, 'access_expired', offer, null)
  }
}

/** @returns whether the contact did not have it */
export function addTag(contact: Contact, tag: TagName, by: Actor): boolean {
  if (contact.tags.has(tag)) return false
  contact.tags.add(tag)
  record(contact, 'tag_added', tag, by)
  return true
}

/** @returns whether the contact had it */
export function removeTag(contact: Contact, tag: TagName, by: Actor): boolean {
  if (!contact.tags.delete(tag)) return false
  record(contact, 'tag_removed', tag, by)
  return true
}

export function deleteContact(world: World, contact: Contact): void {
  if (contact.isCustomer) revoke(world, contact, [...OFFERS], null)
  contact.tags.clear()
  contact.isDeleted = true
  record(contact, 'contact_deleted', null, null)
}

const inOrder = (offers: OfferName[]) => OFFERS.filter((offer) => offers.includes(offer))
