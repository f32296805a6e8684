import { type RawBuilder, sql } from 'kysely'
import { Type } from 'typebox'
import { type Db, type Tx, violates } from '../../platform/db/database.ts'
import { type ApiError, jsonPointer, unprocessable } from '../../platform/jsonapi/errors.ts'
import { isObject } from '../../platform/jsonapi/is-object.ts'
import { NullableText } from '../../platform/jsonapi/nullable.ts'
import type { Attribute } from '../../platform/jsonapi/resource.ts'

/** The id that a system has for a person. Without a source, all systems share one namespace. */
export interface ExternalId {
  source: string | null
  id: string
}

const LONGEST_ID = 1_000
const MOST_IDS = 100
const SOURCE = /^[a-z0-9][a-z0-9_.-]{0,99}$/

/** The name of a system, such as "shopify". */
export const SOURCE_FORM = 'lower-case letters, digits, "_", "." and "-", at most 100 characters'

export const ExternalIds = Type.Array(
  Type.Object({
    source: Type.Optional(
      NullableText({
        description: `The system that has this id: ${SOURCE_FORM}; null: none is named`,
        examples: ['shopify'],
      }),
    ),
    id: Type.String({ examples: ['user-42'] }),
  }),
  {
    description: `Ids that other systems have for the person, each unique on the site for its source, at most ${MOST_IDS}. The first without a source is \`external_user_id\``,
  },
)

/** The attribute of a contact in this column of SQL. */
export const externalIds = (contactId: RawBuilder<unknown>, siteId: RawBuilder<unknown>): Attribute => ({
  schema: { ...ExternalIds, 'x-extension': true } as Attribute['schema'],
  select: sql`(select coalesce(json_agg(json_build_object('source', nullif(xs.source, ''), 'id', xs.external_id) order by xs.position), '[]')
                 from contact_external_ids xs where xs.contact_id = ${contactId} and xs.site_id = ${siteId})`,
})

/** @throws Error that says what a source is */
export function parseSource(given: string): string | null {
  const source = given.trim().toLowerCase()
  if (source === '') return null
  if (!SOURCE.test(source)) throw new Error(`must be ${SOURCE_FORM}`)
  return source
}

const NAME = 'external_user_ids'

/** Reads the attribute of a request. @throws ApiError 422 that points at what is wrong */
export function parseExternalIds(given: unknown): ExternalId[] {
  if (given === null) return []
  if (!Array.isArray(given) || given.length > MOST_IDS)
    throw refused(
      [],
      `must be a list of at most ${MOST_IDS} objects such as {"source": "shopify", "id": "42"}`,
    )
  const ids = given.map(parseOne)
  const keys = ids.map(keyOf)
  return ids.filter((id, index) => keys.indexOf(keyOf(id)) === index)
}

function parseOne(given: unknown, index: number): ExternalId {
  if (!isObject(given)) throw refused([index], 'must be an object such as {"source": "shopify", "id": "42"}')
  const { source = null, id, ...unknown } = given
  const [other] = Object.keys(unknown)
  if (other !== undefined) throw refused([index, other], 'is not a member of an external id')
  if (source !== null && typeof source !== 'string')
    throw refused([index, 'source'], 'must be a string or null')
  const text = ['string', 'number'].includes(typeof id) ? String(id).trim() : ''
  if (text === '' || text.length > LONGEST_ID)
    throw id === undefined
      ? refused([index], 'has no id')
      : refused([index, 'id'], `must be a string of 1 to ${LONGEST_ID} characters`)
  try {
    return { source: parseSource(source ?? ''), id: text }
  } catch (error) {
    throw refused([index, 'source'], (error as Error).message)
  }
}

const refused = (path: (string | number)[], sentence: string): ApiError =>
  unprocessable(
    'invalid',
    `${[NAME, ...path].join('.')} ${sentence}`,
    jsonPointer(['data', 'attributes', NAME, ...path]),
  )

const keyOf = ({ source, id }: ExternalId) => JSON.stringify([source, id])

export const sameExternalIds = (one: ExternalId[], other: ExternalId[]): boolean =>
  JSON.stringify(inOrder(one).map(keyOf)) === JSON.stringify(inOrder(other).map(keyOf))

/** What `external_user_id` shows: the first id without a source. */
export const shownId = (ids: ExternalId[]): string | null =>
  ids.find(({ source }) => source === null)?.id ?? null

/** The one that is shown comes first. */
function inOrder(ids: ExternalId[]): ExternalId[] {
  const shown = ids.find(({ source }) => source === null)
  return shown ? [shown, ...ids.filter((id) => id !== shown)] : ids
}

/** With another id in the place of the one that is shown; null: with none. */
export const withShownId = (ids: ExternalId[], id: string | null): ExternalId[] => {
  const others = ids.filter((one) => one.source !== null || (one.id !== shownId(ids) && one.id !== id))
  return id === null ? others : [{ source: null, id }, ...others]
}

export async function externalIdsOf(db: Db | Tx, siteId: string, contactId: string): Promise<ExternalId[]> {
  const rows = await db
    .selectFrom('contact_external_ids')
    .select(['source', 'external_id'])
    .where('site_id', '=', siteId)
    .where('contact_id', '=', contactId)
    .orderBy('position')
    .execute()
  return rows.map(({ source, external_id }) => ({ source: source || null, id: external_id }))
}

/**
 * Replaces the external ids of a contact that is new or locked.
 *
 * @throws an error for which externalIdTaken() returns the refusal
 */
export async function setExternalIds(
  tx: Tx,
  siteId: string,
  contactId: string,
  ids: ExternalId[],
): Promise<void> {
  await deleteExternalIds(tx, siteId, contactId)
  if (ids.length === 0) return
  const offset = shownId(ids) === null ? 1 : 0
  await tx
    .insertInto('contact_external_ids')
    .values(
      inOrder(ids).map(({ source, id }, index) => ({
        site_id: siteId,
        contact_id: contactId,
        position: index + offset,
        source: source ?? '',
        external_id: id,
      })),
    )
    .execute()
}

export const deleteExternalIds = (tx: Tx, siteId: string, contactId: string) =>
  tx
    .deleteFrom('contact_external_ids')
    .where('site_id', '=', siteId)
    .where('contact_id', '=', contactId)
    .execute()

/** The contact of a site that has this id; null: none has. */
export async function findContactByExternalId(
  db: Db | Tx,
  siteId: string,
  { source, id }: ExternalId,
): Promise<string | null> {
  const found = await db
    .selectFrom('contact_external_ids')
    .select('contact_id')
    .where('external_id', '=', id)
    .where('source', '=', source ?? '')
    .where('site_id', '=', siteId)
    .executeTakeFirst()
  return found?.contact_id ?? null
}

/** The refusal when an id that was written is that of another contact; null: the error is another one. @param name of the attribute */
export const externalIdTaken = (error: unknown, name: string): ApiError | null =>
  violates(error, 'contact_external_ids_id')
    ? unprocessable('taken', 'External user has already been taken', `/data/attributes/${name}`)
    : null
