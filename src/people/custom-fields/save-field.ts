import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { unprocessable } from '../../platform/jsonapi/errors.ts'
import {
  blankAttribute,
  invalidAttribute,
  missingAttribute,
  type Values,
} from '../../platform/jsonapi/read-attributes.ts'
import type { Row } from '../../platform/jsonapi/resource.ts'
import type { Writing } from '../../platform/records/records.ts'
import { numberOf } from './find-fields.ts'
import { type FieldType, hasOptions, optionsIn } from './value-types.ts'

/** As Kajabi has it. Every contact shows all of them. */
const MOST_FIELDS = 150
const LARGEST_NUMBER = 9_999

/**
 * Checks what a request says of a custom field. A new one is a TextField unless it says otherwise, and its handle has
 * the lowest number that the site has never used.
 *
 * @throws ApiError 422
 */
export async function completeField(
  { handle, ...values }: Values,
  field: Row | null,
  { tx }: Writing,
  siteId: string | null,
): Promise<Values> {
  const type = (field?.type ?? values.type ?? 'TextField') as FieldType
  const options = optionsFor(type, values.select_options as string | null | undefined, field === null)
  if (field) return { ...values, ...options }
  const number = await reserveNumber(tx, siteId!, handle as string | undefined)
  return { ...values, ...options, type, number }
}

function optionsFor(type: FieldType, given: string | null | undefined, isNew: boolean): Values {
  if (!hasOptions(type)) {
    if (given) throw invalidAttribute('select_options', 'invalid', `cannot be set for a ${type}`)
    return {}
  }
  if (given === undefined && !isNew) return {}
  const options = optionsIn(given ?? null)
  if (options.length === 0)
    throw given === undefined ? missingAttribute('select_options') : blankAttribute('select_options')
  if (new Set(options).size < options.length)
    throw invalidAttribute('select_options', 'invalid', 'must be different from each other, one on each line')
  return { select_options: options.join('\n') }
}

/**
 * Checks that a site can have another field. Who adds another at the same time waits: two requests would be assigned
 * the same number.
 *
 * @throws ApiError 422
 */
export async function assertRoom(tx: Tx, siteId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('custom_fields ' || ${siteId}::text, 0))`.execute(
    tx,
  )
  const { rows } = await sql<{ active: number }>`
    select count(*)::int as active from custom_fields where site_id = ${siteId} and archived_at is null`.execute(
    tx,
  )
  if (rows[0]!.active < MOST_FIELDS) return
  throw unprocessable(
    'too_many_custom_fields',
    `A site has at most ${MOST_FIELDS} custom fields. Archive one first.`,
    '/data',
  )
}

async function reserveNumber(tx: Tx, siteId: string, handle: string | undefined): Promise<number> {
  await assertRoom(tx, siteId)
  if (handle !== undefined) return numberOf(handle)
  const { rows } = await sql<{ free: number | null }>`
    select (select min(n) from generate_series(1, ${LARGEST_NUMBER}) n
             where not exists (select from custom_fields f where f.site_id = ${siteId} and f.number = n)) as free`.execute(
    tx,
  )
  const { free } = rows[0]!
  if (free !== null) return free
  throw invalidAttribute('handle', 'taken', 'has been used up to custom_9999')
}
