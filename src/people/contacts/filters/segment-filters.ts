import { sql } from 'kysely'
import { isId } from '../../../platform/jsonapi/identifiers.ts'
import type { ContactFilter, ContactFilters } from './contact-filter.ts'

const ofSegment = (description: string): ContactFilter => ({
  description,
  extension: true,
  essential: true,
  refersTo: 'segments',
  build: (value) => {
    if (!isId(value)) throw new Error('must be the id of a segment, which is a whole number')
    return { where: sql`false` }
  },
})

/**
 * The filters that name a segment. What they find is that of the filters of the segment, which take their place before
 * a query is made: see expandCondition().
 */
export const SEGMENT_FILTERS: ContactFilters = {
  segment_id: ofSegment('Is in this segment'),
  not_segment_id: ofSegment('Is not in this segment'),
}

export const isOfSegment = (filter: string): boolean => Object.hasOwn(SEGMENT_FILTERS, filter)
