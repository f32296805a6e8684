import { sql } from 'kysely'
import type { Filter } from '../../platform/jsonapi/resource.ts'
import { accessPredicates } from './predicates/access-predicates.ts'
import { personPredicates } from './predicates/person-predicates.ts'
import type { ContactPredicate, ContactPredicates } from './predicates/predicate.ts'
import { tagPredicates } from './predicates/tag-predicates.ts'
import { textPredicates } from './predicates/text-predicates.ts'
import { unknownPredicates } from './predicates/unknown-predicates.ts'

/**
 * Every question about a contact, each defined once: lists of contacts and of customers are narrowed with them, and
 * they are the conditions of automations.
 */
export const contactPredicates: ContactPredicates = {
  ...textPredicates,
  ...personPredicates,
  ...tagPredicates,
  ...accessPredicates,
  ...unknownPredicates,
}

/** The predicates as filters of a resource in whose `from` the contact has this alias. */
export const contactFilters = (alias: string): Record<string, Filter> =>
  Object.fromEntries(
    Object.entries(contactPredicates).map(([name, predicate]) => [name, filterOf(predicate, alias)]),
  )

const columnsOf = (alias: string) => (name: string) => sql.ref(`${alias}.${name}`)

/** Unknown ids in a list count as ids that no contact has. */
function filterOf({ test, isList, refersTo, ...filter }: ContactPredicate, alias: string): Filter {
  return {
    ...filter,
    ...(!isList && { refersTo }),
    build: (value, scope) => test(value, columnsOf(alias), scope),
  }
}
