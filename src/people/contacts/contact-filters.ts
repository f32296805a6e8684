import type { Filter } from '../../platform/jsonapi/resource.ts'
import { accessFilters } from './filters/access-filters.ts'
import { comparedFilters } from './filters/compared-filters.ts'
import { type ContactFilters, listFilter } from './filters/contact-filter.ts'
import { couponFilters } from './filters/coupon-filters.ts'
import { formFilters } from './filters/form-filters.ts'
import { idFilters } from './filters/id-filters.ts'
import { personFilters } from './filters/person-filters.ts'
import { tagFilters } from './filters/tag-filters.ts'
import { textFilters } from './filters/text-filters.ts'
import { unknownFilters } from './filters/unknown-filters.ts'

/** Every filter of contacts, defined once for lists of contacts, lists of customers and conditions of automations. */
export const contactFilters: ContactFilters = {
  ...textFilters,
  ...idFilters,
  ...personFilters,
  ...tagFilters,
  ...accessFilters,
  ...formFilters,
  ...couponFilters,
  ...unknownFilters,
}

/** The filters that conditions are made of, those by custom fields and segments excepted. */
export const conditionFilters: ContactFilters = { ...comparedFilters, ...contactFilters }

/** The filters of a list in whose `from` the contact has this alias. */
export const listFilters = (alias: string): Record<string, Filter> =>
  Object.fromEntries(
    Object.entries(contactFilters).map(([name, filter]) => [name, listFilter(filter, alias)]),
  )
