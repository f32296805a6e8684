import { Type } from 'typebox'
import type { Field } from '../../platform/jsonapi/fields.ts'

/** A time zone by its name in the tz database, such as Europe/Madrid; without regard to case. */
export const timeZone: Field = {
  schema: Type.String({ maxLength: 64, examples: ['Europe/Madrid'] }),
  form: 'the name of a time zone such as Europe/Madrid',
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
