import { sanitizeStrings } from '../../platform/http/sanitize-strings.ts'
import { ApiError, badRequest, inParameter } from '../../platform/jsonapi/errors.ts'
import type { FilterSql, LookedUpFilter } from '../../platform/jsonapi/resource.ts'
import { mapValues } from '../../platform/jsonapi/schemas.ts'
import { unknownCode } from '../../platform/jsonapi/site-attributes.ts'
import { SINGULAR } from '../custom-fields/read-values.ts'
import { warningOfArchived } from '../segments/find-archived.ts'
import { checkCondition } from './check-condition.ts'
import { listCondition } from './condition-sql.ts'
import { type Condition, filtersIn, parseCondition, referencesOf } from './conditions.ts'
import { conditionFilters } from './contact-filters.ts'
import { SEGMENT_FILTERS } from './filters/segment-filters.ts'

/** Characters. When quotes and brackets are escaped, a URL cannot be much longer. */
const LONGEST = 8_000

/** The filters of a list, in whose `from` the contact has this alias, that are looked up: conditions and segments. */
export function conditionsOfList(alias: string): Record<string, LookedUpFilter> {
  const build: Build = async (db, condition, scope) => ({
    // A list needs its site; a caller without any sees nothing.
    where: await listCondition(db, scope.siteIds[0] ?? '0', condition, alias, scope),
  })
  return {
    where: {
      description:
        'A condition as JSON, as automations have them: `{"any":[{"filter":"has_tag_id","value":"12"},{"filter":"subscribed","value":"true"}]}`',
      extension: true,
      essential: true,
      find: (db, value, scope, parameter) =>
        pointingInto(parameter, async () => {
          const condition = parseCondition(parseJson(value, parameter), [])
          await checkCondition(db, scope.siteIds[0] ?? '0', condition, [])
          return { ...(await build(db, condition, scope)), references: namedIn(condition) }
        }),
    },
    ...mapValues(SEGMENT_FILTERS, ({ build: _, ...filter }, name) => ({
      ...filter,
      find: async (db, value, scope) => ({
        ...(await build(db, { filter: name, value }, scope)),
        warning: await warningOfArchived(db, scope.siteIds[0] ?? '0', value),
      }),
    })),
  }
}

type Find = LookedUpFilter['find']
type Build = (db: Parameters<Find>[0], condition: Condition, scope: Parameters<Find>[2]) => Promise<FilterSql>

/** What must exist. As in lists, unknown ids in a list of ids count as ids that no contact has. */
const namedIn = (condition: Condition) =>
  filtersIn(condition).flatMap(({ path, ...one }) =>
    conditionFilters[one.filter]?.isList ? [] : referencesOf(one, path),
  )

function parseJson(value: string, parameter: string): unknown {
  if (value.length > LONGEST)
    throw badRequest('too_long', `${parameter} may have at most ${LONGEST} characters.`, { parameter })
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch {
    const detail = `${parameter} must be a condition as JSON, such as {"filter":"subscribed","value":"true"}, percent-encoded.`
    throw badRequest('invalid_json', detail, { parameter })
  }
  return sanitizeStrings(parsed)
}

/** Errors that point into the JSON of a parameter are errors of the parameter, with the status that those have. */
async function pointingInto<Result>(parameter: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const pointer = error instanceof ApiError ? error.source?.pointer : undefined
    if (pointer === undefined) throw error
    const { code, message } = error as ApiError
    const status = code === unknownCode(SINGULAR) ? 422 : 400
    throw inParameter(new ApiError(status, code, message), parameter, pointer)
  }
}
