import { type Condition, referencesOf } from '../people/contacts/conditions.ts'
import { conditionFilters } from '../people/contacts/contact-filters.ts'
import type { Tx } from '../platform/db/database.ts'
import { jsonPointer, unprocessable } from '../platform/jsonapi/errors.ts'
import {
  absence,
  findAbsent,
  isReferenceType,
  type Reference,
  type ReferenceType,
} from '../platform/references/referable.ts'
import { ACTIONS } from './actions.ts'
import { ATTRIBUTES, type Member } from './fields.ts'
import type { Definition } from './parse-automation.ts'
import { TRIGGERS } from './triggers.ts'

/**
 * Sees that everything that a definition names is there on the site, and stays until the transaction ends.
 *
 * @param given what the request itself says of it: the error points into that, or else at `enabled`
 * @throws ApiError 422
 */
export async function checkReferences(
  tx: Tx,
  siteId: string,
  definition: Partial<Definition>,
  given: Partial<Definition>,
): Promise<void> {
  const absent = await findAbsent(tx, siteId, namedBy(definition))
  if (absent) throw missing(absent, given)
}

function missing({ type, id, path }: Reference, given: Partial<Definition>) {
  const isGiven = String(path[0]) in given
  const place = isGiven ? '' : ` It is named at ${jsonPointer(path)}.`
  const pointer = jsonPointer([...ATTRIBUTES, ...(isGiven ? path : ['enabled'])])
  return unprocessable('not_found', `There is no ${absence(type, id)}.${place}`, pointer)
}

/** All that a definition names, in its trigger, its conditions and its actions; paths are from the definition. */
export const namedBy = (definition: Partial<Definition>): Reference[] => [
  ...ofTrigger(definition),
  ...(definition.conditions ? ofConditions(definition.conditions) : []),
  ...ofActions(definition),
]

function ofTrigger({ trigger, resource_id }: Partial<Definition>): Reference[] {
  const type = trigger && TRIGGERS[trigger]
  return type && resource_id ? [{ type, id: resource_id, path: ['trigger', 'resource_id'] }] : []
}

const ofConditions = (conditions: Condition): Reference[] =>
  referencesOf(conditions, ['conditions']).flatMap(({ type, id, path }) =>
    isReferenceType(type) ? [{ type, id, path }] : [],
  )

const ofActions = ({ actions = [] }: Partial<Definition>): Reference[] =>
  actions.flatMap((action, index) =>
    Object.entries(ACTIONS[action.action] as Record<string, Member>).flatMap(([name, { refersTo: type }]) => {
      const id = (action as unknown as Record<string, string>)[name]!
      return type ? [{ type, id, path: ['actions', index, name] }] : []
    }),
  )

/** The members of actions that hold an id of this type. */
export const membersNaming = (type: ReferenceType): string[] => [
  ...new Set(
    Object.values<Record<string, Member>>(ACTIONS).flatMap((members) =>
      Object.entries(members).flatMap(([name, { refersTo }]) => (refersTo === type ? [name] : [])),
    ),
  ),
]

/** The filters of conditions whose value is an id of this type. */
export const filtersNaming = (type: ReferenceType): string[] =>
  Object.entries(conditionFilters).flatMap(([name, { refersTo }]) => (refersTo === type ? [name] : []))
