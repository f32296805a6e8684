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

const REFERABLE: Record<ReferenceType, { named: string; rows: RawBuilder<unknown> }> = {
  offers: { named: 'offer', rows: sql`offers r where r.archived_at is null` },
  contact_tags: { named: 'contact tag', rows: sql`contact_tags r where r.archived_at is null` },
  products: { named: 'product', rows: sql`products r where r.archived_at is null` },
  forms: { named: 'form', rows: sql`forms r where r.archived_at is null` },
  segments: { named: 'segment', rows: sql`segments r where r.archived_at is null` },
  email_templates: {
    named: 'e-mail template for automations',
    rows: sql`email_templates r where r.kind = 'automation' and r.archived_at is null`,
  },
  hooks: {
    named: 'hook for the event automation',
    rows: sql`hooks r where r.event = 'automation' and r.deleted_at is null`,
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
): Promise<Set<string>> => find(tx, siteId, type, ids, sql`for share of r`)

/** The same, for who only shows it. */
export const findNameable = (
  db: Db,
  siteId: string,
  type: ReferenceType,
  ids: string[],
): Promise<Set<string>> => find(db, siteId, type, ids, sql``)

async function find(
  db: Db | Tx,
  siteId: string,
  type: ReferenceType,
  ids: string[],
  lock: RawBuilder<unknown>,
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select r.id from ${REFERABLE[type].rows} and r.id = ${anyOf(ids)} and r.site_id = ${siteId}
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

/** Completes "There is no …". */
export const absence = (type: ReferenceType, id: string) =>
  `${REFERABLE[type].named} ${withId(id)} on the site, or it is archived`
