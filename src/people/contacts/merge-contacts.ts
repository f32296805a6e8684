import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { type Origin, recordEvent } from '../../platform/events/events.ts'
import { unprocessable } from '../../platform/jsonapi/errors.ts'
import type { Merge, Merging } from '../../platform/merging.ts'
import { findOne, lockOne } from '../../platform/records/lock-one.ts'
import { type Contact, contactRows } from './contacts.resource.ts'
import { personOf } from './person-of.ts'

const OTHER = '/data/id'

/** How many of each kind a merge moves, by the name of what is moved. */
export type Moved = Record<string, number>

/**
 * Merges a contact into another one of its site, which then has everything that both had; the merged one ends, and its
 * addresses become aliases.
 *
 * @param modules what moves: see src/merging.ts
 * @throws ApiError 404; 422 for a contact of another site, or the same one
 */
export async function mergeContacts(
  tx: Tx,
  siteIds: string[],
  { intoId, fromId }: { intoId: string; fromId: string },
  origin: Origin,
  modules: Merging[],
): Promise<Moved> {
  const merge = await lockBoth(tx, siteIds, { intoId, fromId }, origin, modules)
  const moved: Moved = {}
  for (const { name, move } of modules) moved[name] = await move(tx, merge)
  const { from, into } = merge
  const customerId = into.customerId ?? from.customerId
  const data = { merged_contact_id: from.contactId, merged_customer_id: from.customerId }
  await recordEvent(tx, 'contact_merged', { ...into, customerId }, data, origin)
  return moved
}

/** In the order in which grants lock: first contacts by their ids, then their customers. */
async function lockBoth(
  tx: Tx,
  siteIds: string[],
  { intoId, fromId }: { intoId: string; fromId: string },
  origin: Origin,
  modules: Merging[],
): Promise<Merge> {
  const { id: first, site_id: siteId } = await findOne<Contact>(tx, contactRows, siteIds, intoId)
  const { id: second, site_id: other } = await findOne<Contact>(tx, contactRows, siteIds, fromId)
  if (first === second) throw unprocessable('same_contact', 'A contact cannot be merged into itself', OTHER)
  if (siteId !== other)
    throw unprocessable('other_site', `The contact ${second} is not of the site of contact ${first}`, OTHER)
  for (const { lock } of modules) await lock?.(tx, siteId, [first, second])
  const locked = new Map<string, Contact>()
  for (const id of [first, second].sort((a, b) => Number(BigInt(a) - BigInt(b))))
    locked.set(id, await lockOne<Contact>(tx, contactRows, [siteId], id))
  await sql`
    select id from customers where contact_id = any (${[first, second]}::bigint[]) and site_id = ${siteId}
     order by contact_id for update`.execute(tx)
  const [into, from] = [await personOf(tx, locked.get(first)!), await personOf(tx, locked.get(second)!)]
  return { siteId, from, into, ...origin }
}

const WORDS: Record<string, string> = {
  external_ids: 'ids of other systems',
  links: 'links of e-mails, which no longer let anybody in',
  customers: 'customer',
}

/** What a merge does, in sentences. */
export function describeMerge(
  moved: Moved,
  { intoId, fromId }: { intoId: string; fromId: string },
): string[] {
  const parts = Object.entries(moved)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${WORDS[name] ?? name.replaceAll('_', ' ')}: ${count}`)
  return [
    `Contact ${fromId} is merged into contact ${intoId} and deleted; its addresses become aliases.`,
    ...(parts.length > 0 ? [`What moves: ${parts.join('; ')}.`] : []),
    'Of an offer that both hold, one grant stays, with the earlier start and the later end. No welcome e-mail is sent.',
  ]
}
