import { sql } from 'kysely'
import { Type } from 'typebox'
import type { Tx } from '../../platform/db/database.ts'
import type { Field } from '../../platform/jsonapi/fields.ts'
import { invalidAttribute } from '../../platform/jsonapi/read-attributes.ts'

/** A time zone by its name in the tz database, such as Europe/Madrid; without regard to case. */
export const timeZone: Field = {
  schema: Type.String({ maxLength: 64, examples: ['Europe/Madrid'] }),
  form: 'the name of a time zone such as Europe/Madrid, America/Los_Angeles or UTC',
  read: (value) => (typeof value === 'string' ? nameOfZone(value.trim()) : undefined),
}

/** As the database of zones writes it. An offset such as +01:00 is no zone: it knows no daylight saving time. */
function nameOfZone(given: string): string | undefined {
  if (given === '') return ''
  if (!/^[a-z][\w+/-]{0,63}$/i.test(given)) return undefined
  try {
    const { timeZone: known } = new Intl.DateTimeFormat('en', { timeZone: given }).resolvedOptions()
    return known.toLowerCase() === given.toLowerCase() ? known : given
  } catch {
    return undefined
  }
}

/**
 * Access periods are computed in the database, whose zones may be fewer than those of Node.
 *
 * @throws ApiError 422 for a zone that the database does not have; then the transaction can only be rolled back
 */
export async function assertZoneOfDatabase(tx: Tx, zone: string): Promise<void> {
  try {
    await sql`select now() at time zone ${zone}`.execute(tx)
  } catch (error) {
    if ((error as { code?: string }).code !== '22023') throw error
    throw invalidAttribute(
      'time_zone',
      'invalid',
      `must be ${timeZone.form}; the database does not have ${zone}`,
    )
  }
}
