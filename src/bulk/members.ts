/** What the members of rows have in common. */

import { Type } from 'typebox'
import { type Field, idField, LocalDay, listOf, timeOrDay } from '../platform/jsonapi/fields.ts'

const MOST_IDS = 100

/** Ids of resources, as texts, each once. */
export function idList(what: string): Field {
  const list = listOf(`ids of ${what}s`, MOST_IDS, idField)
  return {
    ...list,
    schema: Type.Array(Type.Union([Type.String(), Type.Integer()]), { maxItems: MOST_IDS }),
    read(value) {
      const ids = list.read(value) as string[] | undefined
      return ids && [...new Set(ids)]
    },
  }
}

/** A time as ISO 8601 in UTC, a day, which ends in the time zone of the site, or null. */
export const endOfAccess: Field = {
  schema: Type.Union([timeOrDay.schema, Type.Null()]),
  form: `${timeOrDay.form}, or null`,
  read(value) {
    if (value === null) return null
    const end = timeOrDay.read(value) as Date | LocalDay | undefined
    return end instanceof LocalDay ? end.day : end?.toISOString()
  },
}

/** A day is over a day and a half after it began in UTC: then it has ended in the last of all time zones. */
const LAST_END = 36 * 3_600_000

/** Whether such an end is over, in every time zone when it is a day; later, only the row of it fails. */
export function isOver(end: string, now: Date): boolean {
  const isDay = end.length === '2026-01-31'.length
  return new Date(end).getTime() + (isDay ? LAST_END : 0) <= now.getTime()
}
