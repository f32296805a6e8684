/** The offers that a form grants, and the tags that it adds. */
import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import { assertMay } from '../platform/http/authenticate.ts'
import { notFound } from '../platform/jsonapi/errors.ts'
import type { Row } from '../platform/jsonapi/resource.ts'
import type { SetRelated, Writing } from '../platform/records/records.ts'
import { absence, findReferable } from '../platform/references/referable.ts'
import { assertRestorable } from '../platform/references/restorable.ts'

interface Links {
  type: 'offers' | 'contact_tags'
  table: 'form_offers' | 'form_tags'
  column: 'offer_id' | 'tag_id'
  /** A form is no way round permissions: whoever says what it does may do it. */
  needs: string
}

const OFFERS: Links = { type: 'offers', table: 'form_offers', column: 'offer_id', needs: 'manage:grants' }
const TAGS: Links = { type: 'contact_tags', table: 'form_tags', column: 'tag_id', needs: 'manage:contacts' }

/** Makes these the offers that a form grants. @throws ApiError 404 that points at one that is unknown or archived; 403 */
export const setOffers: SetRelated = (...change) => setLinks(OFFERS, ...change)

/** Makes these the tags that a form adds. @throws ApiError 404 that points at one that is unknown or archived; 403 */
export const setTags: SetRelated = (...change) => setLinks(TAGS, ...change)

/**
 * Whoever restores a form may do what it does, and none of its offers and tags is archived.
 *
 * @throws ApiError 422; 403
 */
export async function assertLinkedActive(form: Row, { tx, permissions }: Writing): Promise<void> {
  for (const links of [TAGS, OFFERS]) {
    const ids = await idsOf(links, tx, form)
    if (ids.length > 0) assertMay(permissions, [links.needs], { pointer: '/data/attributes/archived' })
    await assertRestorable(tx, form.site_id, links.type, ids)
  }
}

async function idsOf(
  { table, column }: Pick<Links, 'table' | 'column'>,
  tx: Tx,
  { site_id, id }: Row,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select ${sql.ref(column)} as id from ${sql.table(table)} where form_id = ${id} and site_id = ${site_id}
     order by position`.execute(tx)
  return rows.map((row) => row.id)
}

async function setLinks(
  { type, table, column, needs }: Links,
  { tx, permissions }: Writing,
  { site_id, id: form_id }: Row,
  ids: string[],
  pointer: string,
): Promise<boolean> {
  const wanted = [...new Set(ids)]
  if ((await idsOf({ table, column }, tx, { site_id, id: form_id })).join() === wanted.join()) return false
  assertMay(permissions, [needs], { pointer })
  const referable = await findReferable(tx, site_id, type, wanted)
  const missing = ids.findIndex((id) => !referable.has(id))
  if (missing >= 0)
    throw notFound(`There is no ${absence(type, ids[missing]!)}.`, { pointer: `${pointer}/${missing}` })
  await sql`delete from ${sql.table(table)} where form_id = ${form_id} and site_id = ${site_id}`.execute(tx)
  await sql`
    insert into ${sql.table(table)} (site_id, form_id, ${sql.ref(column)}, position)
    select ${site_id}, ${form_id}, id, place from unnest(${wanted}::bigint[]) with ordinality as w (id, place)`.execute(
    tx,
  )
  return true
}
