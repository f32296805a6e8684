/** The filters of contacts as data, for programs in which people put conditions together. */
import type { Db } from '../../platform/db/database.ts'
import { type CustomField, customFieldsOf } from '../custom-fields/find-fields.ts'
import { filtersOfField, operatorNamesOf } from '../custom-fields/value-filters.ts'
import { conditionFilters } from './contact-filters.ts'
import { type ContactFilter, type FilterValue, takenBy } from './filters/contact-filter.ts'
import { isRecorded } from './filters/found-values.ts'
import { SEGMENT_FILTERS } from './filters/segment-filters.ts'

export interface DescribedFilter {
  filter: string
  /** In English. */
  description: string
  takes: FilterValue
  /** The type of the resources whose ids it takes. */
  resource_type: string | null
  /** False: Bestow does not have what it asks for, so that it finds nobody, or everybody. */
  is_recorded: boolean
  /** The custom field that it is about, and how it compares it. */
  custom_field: { handle: string; title: string; operator: string; options: string[] } | null
}

/** Every filter that conditions and segments of a site can have; of a custom field those of its type. */
export async function listFilters(db: Db, siteId: string): Promise<DescribedFilter[]> {
  const fields = await customFieldsOf(db, [siteId])
  const own = { ...conditionFilters, ...SEGMENT_FILTERS }
  return [
    ...Object.entries(own).map(([name, filter]) => describe(name, filter, null)),
    ...fields.flatMap(describeField),
  ]
}

function describeField(field: CustomField): DescribedFilter[] {
  const { handle, title, options } = field
  const filters = filtersOfField(field)
  return operatorNamesOf(field).map((operator) => {
    const name = `${handle}_${operator}`
    return describe(name, filters[name]!, { handle, title, operator, options })
  })
}

const describe = (
  filter: string,
  described: ContactFilter,
  custom_field: DescribedFilter['custom_field'],
): DescribedFilter => ({
  filter,
  description: described.description,
  takes: takenBy(described),
  resource_type: described.refersTo ?? null,
  is_recorded: isRecorded(filter),
  custom_field,
})
