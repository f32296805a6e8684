/** What the members of rows have in common. */

import { Type } from 'typebox'
import { type Field, idField, listOf, time } from '../platform/jsonapi/fields.ts'
import { NullableTime } from '../platform/jsonapi/nullable.ts'

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

/** A time as ISO 8601 in UTC, or null. */
export const nullableTime: Field = {
  ...time,
  schema: NullableTime(),
  form: `${time.form}, or null`,
  read: (value) => (value === null ? null : (time.read(value) as Date | undefined)?.toISOString()),
}
