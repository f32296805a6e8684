/** What automations and hooks can name by its id, and whether it can be named. */
import { type RawBuilder, sql } from 'kysely'
import { anyOf, type Db, type Tx } from '../db/database.ts'
import type { Path } from '../jsonapi/errors.ts'
import { withId } from '../jsonapi/identifiers.ts'

export type ReferenceType =
  | 'offers'
  | 'contact_tags'
  | 'products'
  | 'forms'
  | 'email_templates'
  | 'hooks'
  | 'segments'

/** What cannot be archived while something uses it. */
export type ReferredType = ReferenceType | 'sites' | 'uploads'

const ACTIVE = sql`r.archived_at is null`

const REFERABLE: Record<ReferenceType, { named: string; table: string; isNameable: RawBuilder<unknown> }> = {
  offers: { named: 'offer', table: 'offers', isNameable: ACTIVE },
  contact_tags: { named: 'contact tag', table: 'contact_tags', isNameable: ACTIVE },
  products: { named: 'product', table: 'products', isNameable: ACTIVE },
  forms: { named: 'form', table: 'forms', isNameable: ACTIVE },
  segments: { named: 'segment', table: 'segments', isNameable: ACTIVE },
  email_templates: {
    named: 'e-mail template for automations',
    table: 'email_templates',
    isNameable: sql`r.kind = 'automation' and ${ACTIVE}`,
  },
  hooks: {
    named: 'hook for the event automation',
    table: 'hooks',
    isNameable: sql`r.event = 'automation' and r.deleted_at is null`,
  },
}

export const isReferenceType = (type: string): type is ReferenceType => Object.hasOwn(REFERABLE, type)

/**
 * Which of these ids can be named on the site: what is archived or deleted cannot. Until the transaction ends nobody
 * archives or deletes what was found (see assertUnused()).
 */
export const findReferable = (
  tx: Tx,
  siteId: string,
  type: ReferenceType,
  ids: string[],
): Promise<Set<string>> => find(tx, siteId, type, ids, REFERABLE[type].isNameable, sql`for share of r`)

/** The same, for who only shows it. */
export const findNameable = (
  db: Db | Tx,
  siteId: string,
  type: ReferenceType,
  ids: string[],
): Promise<Set<string>> => find(db, siteId, type, ids, REFERABLE[type].isNameable)

/** Which of these ids there are on the site, archived or not. */
export const findExisting = (
  db: Db | Tx,
  siteId: string,
  type: ReferenceType,
  ids: string[],
): Promise<Set<string>> => find(db, siteId, type, ids, sql`true`)

async function find(
  db: Db | Tx,
  siteId: string,
  type: ReferenceType,
  ids: string[],
  condition: RawBuilder<unknown>,
  lock = sql``,
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select r.id from ${sql.table(REFERABLE[type].table)} r
     where ${condition} and r.id = ${anyOf(ids)} and r.site_id = ${siteId}
     order by r.id ${lock}`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

/** Something that a document names by its id. */
export interface Reference {
  type: ReferenceType
  id: string
  /** To the id. */
  path: Path
}

/**
 * The first of these that cannot be named on the site; undefined: all can be. Until the transaction ends nobody
 * archives or deletes those.
 */
export async function findAbsent(
  tx: Tx,
  siteId: string,
  references: Reference[],
): Promise<Reference | undefined> {
  // Everybody locks them in the order of their types and ids.
  const byType = Map.groupBy(references, ({ type }) => type)
  for (const type of [...byType.keys()].sort()) {
    const named = byType.get(type)!
    const found = await findReferable(
      tx,
      siteId,
      type,
      named.map(({ id }) => id),
    )
    const absent = named.find(({ id }) => !found.has(id))
    if (absent) return absent
  }
  return undefined
}

/** As in "offer". */
export const nounOf = (type: ReferenceType): string => REFERABLE[type].named

/** Completes "There is no …". */
export const absence = (type: ReferenceType, id: string) =>
  `${nounOf(type)} ${withId(id)} on the site, or it is archived`
