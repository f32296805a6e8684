import { type RawBuilder, sql } from 'kysely'
import { anyOf, type Db, type Tx } from '../db/database.ts'
import { readId } from '../jsonapi/identifiers.ts'
import type { ReferenceType } from './referable.ts'

/** Something that can be named by its id. */
export interface Name {
  type: ReferenceType
  id: string
}

const NAMED: Record<ReferenceType, RawBuilder<unknown>> = {
  offers: sql`select r.id, r.title as name from offers r`,
  contact_tags: sql`select r.id, r.name from contact_tags r`,
  products: sql`select r.id, r.title as name from products r`,
  forms: sql`select r.id, r.title as name from forms r`,
  segments: sql`select r.id, r.name from segments r`,
  email_templates: sql`select r.id, coalesce(r.name, r.kind) as name from email_templates r`,
  hooks: sql`select r.id, r.target_url as name from hooks r`,
}

/** What these are called on the site, archived or not; what is not there is called by its id. */
export async function namesOf(db: Db | Tx, siteId: string, wanted: Name[]): Promise<(name: Name) => string> {
  const known = await readNames(db, siteId, wanted)
  return (name) => known.get(keyOf(name)) ?? name.id
}

/** Whether the site has it, archived or not. */
export const isThere = async (db: Db | Tx, siteId: string, name: Name): Promise<boolean> =>
  (await readNames(db, siteId, [name])).size > 0

async function readNames(db: Db | Tx, siteId: string, wanted: Name[]): Promise<Map<string, string>> {
  const known = new Map<string, string>()
  for (const [type, names] of Map.groupBy(wanted, ({ type }) => type)) {
    const ids = [...new Set(names.map(({ id }) => readId(id)))]
    const { rows } = await sql<{ id: string; name: string }>`
      ${NAMED[type]} where r.id = ${anyOf(ids)} and r.site_id = ${siteId}`.execute(db)
    for (const { id, name } of rows) known.set(keyOf({ type, id }), name)
  }
  return known
}

const keyOf = ({ type, id }: Name) => `${type} ${id}`
