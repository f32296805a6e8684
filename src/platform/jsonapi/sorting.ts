/** The order of a list, and the rows beyond a place in it. */
import { type RawBuilder, sql } from 'kysely'

type Condition = RawBuilder<unknown>

/** One of the expressions that a list is sorted by. The last one of an order is unique. */
export interface SortKey {
  by: RawBuilder<unknown>
  descending: boolean
  /** Whether it can be null. Nulls are sorted as PostgreSQL does: greater than every value. */
  nullable: boolean
}

/** A place in a list: the values of its sort keys as text, exactly. */
export type Place = (string | null)[]

/** What follows `order by`. */
export const orderBy = (keys: SortKey[]): RawBuilder<unknown> =>
  sql.join(keys.map(({ by, descending }) => (descending ? sql`${by} desc` : sql`${by} asc`)))

/** The same list from its end. */
export const reversed = (keys: SortKey[]): SortKey[] =>
  keys.map((key) => ({ ...key, descending: !key.descending }))

/** Selects the place of a row. JSON has times and numbers in full, whatever the session's settings are. */
export const placeOf = (keys: SortKey[]): RawBuilder<unknown> =>
  sql`array[${sql.join(keys.map(({ by }) => sql`to_json(${by}) #>> '{}'`))}]`

/** Whether a row comes after this place. Only a comparison of whole rows is the range of an index. */
export function isBeyond(keys: SortKey[], place: Place): Condition {
  const { descending } = keys[0]!
  if (keys.every((key) => !key.nullable && key.descending === descending)) {
    const columns = sql.join(keys.map(({ by }) => by))
    return sql`(${columns}) ${descending ? sql`<` : sql`>`} (${sql.join(place)})`
  }
  const alternatives = keys.map((key, index) => {
    const ties = keys.slice(0, index).map(({ by }, tied) => equals(by, place[tied]!))
    return sql`(${sql.join([...ties, isPast(key, place[index]!)], sql` and `)})`
  })
  return sql`(${sql.join(alternatives, sql` or `)})`
}

const equals = (by: RawBuilder<unknown>, value: string | null): Condition =>
  value === null ? sql`${by} is null` : sql`${by} = ${value}`

function isPast({ by, descending, nullable }: SortKey, value: string | null): Condition {
  if (descending) return value === null ? sql`${by} is not null` : sql`${by} < ${value}`
  if (value === null) return sql`false`
  return nullable ? sql`(${by} > ${value} or ${by} is null)` : sql`${by} > ${value}`
}
