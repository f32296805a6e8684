import { anyOf, type Tx } from '../../platform/db/database.ts'
import { notFound } from '../../platform/jsonapi/errors.ts'
import { idOrNothing } from '../../platform/jsonapi/field-types.ts'
import { assertUnused } from '../../platform/references/in-use.ts'
import { whileUnique } from './create-contact-tag.ts'

/**
 * Gives a tag of the caller's sites another name.
 *
 * @throws ApiError 404, also for a tag that is archived; 422 when another tag has the name
 */
export async function renameContactTag(tx: Tx, siteIds: string[], id: string, name: string): Promise<void> {
  await whileUnique(() => changeContactTag(tx, siteIds, id, { name }))
}

/**
 * Archives a tag of the caller's sites: contacts bear it no more that anybody could see, and its name is free. That
 * they bore it is kept.
 *
 * @throws ApiError 404, also for a tag that is archived; 422 while an enabled automation or hook names it
 */
export async function archiveContactTag(tx: Tx, siteIds: string[], id: string, now: Date): Promise<void> {
  const siteId = await changeContactTag(tx, siteIds, id, { archived_at: now })
  await assertUnused(tx, siteId, 'contact_tags', id)
}

/** @returns the site of the tag */
async function changeContactTag(
  tx: Tx,
  siteIds: string[],
  id: string,
  change: { name?: string; archived_at?: Date },
): Promise<string> {
  const tag = await tx
    .updateTable('contact_tags')
    .set(change)
    .where('id', '=', idOrNothing(id))
    .where('site_id', '=', anyOf(siteIds))
    .where('archived_at', 'is', null)
    .returning('site_id')
    .executeTakeFirst()
  if (!tag) throw notFound(`There is no contact tag with the id ${id}, or it is archived.`)
  return tag.site_id
}
