/** Filters as an object of a document, in the place of the parameters of `GET /v1/contacts`. */
import { type TSchema, Type } from 'typebox'
import { component } from '../../platform/jsonapi/documented.ts'
import type { Path } from '../../platform/jsonapi/errors.ts'
import { isObject } from '../../platform/jsonapi/is-object.ts'
import {
  assertNotTooLong,
  type Condition,
  ConditionSchema,
  parseCondition,
  readFilter,
  refused,
  ValueSchema,
} from './conditions.ts'

/** Values by the names of filters, as strings; `where` is a condition. All of them must be met. */
export interface FilterObject {
  where?: Condition
  [filter: string]: string | Condition | undefined
}

export const FilterObjectSchema: TSchema = component(
  'ContactFilters',
  Type.Object(
    { where: Type.Optional(ConditionSchema) },
    {
      additionalProperties: ValueSchema,
      description:
        'Filters of `GET /v1/contacts` by their names, all of which a contact must meet; `where` is a condition. An empty object is met by every contact.',
      examples: [{ subscribed: 'true' }],
    },
  ),
)

/**
 * Reads an object of filters, such as `{"has_tag_id": "12", "where": {"any": […]}}`. What it says of the site is
 * seen by checkFilterObject().
 *
 * @param path where it stands in the document
 * @throws ApiError 422 that points at what is wrong
 */
export function parseFilterObject(given: unknown, path: Path): FilterObject {
  if (!isObject(given)) throw refused('invalid', 'Filters must be an object', path)
  const filters: FilterObject = {}
  for (const [name, value] of Object.entries(given)) {
    const place = [...path, name]
    filters[name] =
      name === 'where'
        ? parseCondition(value, place)
        : readFilter(name, value, { filter: place, value: place }).value
  }
  assertNotTooLong(conditionOf(filters), path)
  return filters
}

/** The condition that says the same. */
export const conditionOf = (filters: FilterObject): Condition => ({
  all: Object.entries(filters).map(([name, value]) =>
    name === 'where' ? (value as Condition) : { filter: name, value: value as string },
  ),
})

/** The way into an object of filters that is the way into its condition. */
export function pathInto(filters: FilterObject, path: Path): Path {
  const [all, index, ...rest] = path
  if (all !== 'all') return path
  const name = Object.keys(filters)[Number(index)]!
  return name === 'where' ? [name, ...rest] : [name]
}
