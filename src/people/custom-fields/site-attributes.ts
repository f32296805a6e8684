import { sql } from 'kysely'
import type { Filter } from '../../platform/jsonapi/resource.ts'
import { mapValues } from '../../platform/jsonapi/schemas.ts'
import type { SiteAttribute, SiteAttributes } from '../../platform/jsonapi/site-attributes.ts'
import { listFilter } from '../contacts/filters/contact-filter.ts'
import { type CustomField, customFieldsOf } from './find-fields.ts'
import { HANDLE_PREFIX, SINGULAR } from './read-values.ts'
import { filtersOfField } from './value-filters.ts'
import { typeOf } from './value-types.ts'

/** What resources have in common that show the custom fields of contacts, or whose lists are narrowed by them. */
export const customFieldAttributes = (find: SiteAttributes['find']): SiteAttributes => ({
  pattern: /^custom_[1-9]\d{0,3}$/,
  prefix: HANDLE_PREFIX,
  singular: SINGULAR,
  description:
    'A contact has `custom_1` to `custom_9999`, as far as its site defines them: see `/v1/custom_fields`.',
  documented: ['custom_1', 'custom_2', 'custom_3'],
  find,
})

/** The custom fields as attributes of contacts. */
export const attributesOfContacts: SiteAttributes = {
  ...customFieldAttributes(async (db, siteIds) =>
    (await customFieldsOf(db, siteIds)).map((field) => ({
      name: field.handle,
      filters: mapValues(filtersOfField(field), (filter) => listFilter(filter, 'r')),
      sort: sortOf(field),
    })),
  ),
  // Keys of jsonb are in the order of their lengths, which is that of the numbers.
  select: sql`(
    select jsonb_object_agg('custom_' || f.number, r.custom -> ('custom_' || f.number))
      from custom_fields f where f.site_id = r.site_id and f.archived_at is null)`,
}

/** The custom fields as filters of customers, of whose contacts the alias is `k`. */
export const filtersOfCustomers: SiteAttributes = customFieldAttributes(async (db, siteIds) =>
  (await customFieldsOf(db, siteIds)).map((field) => ({
    name: field.handle,
    filters: mapValues(filtersOfField(field), (filter) => uncounted(listFilter(filter, 'k'))),
  })),
)

/** What the filter counts is contacts. */
const uncounted = ({ build, ...filter }: Filter): Filter => ({
  ...filter,
  build: (value, scope, each) => ({ where: build(value, scope, each).where }),
})

/** Without an index: as the list is sorted by it, every contact of the site is read. */
function sortOf({ handle, type }: CustomField): SiteAttribute['sort'] {
  const value = sql`(r.custom ->> ${sql.lit(handle)})`
  switch (typeOf(type).kind) {
    case 'number':
      return sql`${value}::numeric`
    case 'text':
      return sql`lower(${value})`
    default:
      return value
  }
}
