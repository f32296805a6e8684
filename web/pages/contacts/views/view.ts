/** A view of the list of contacts: the filter, the order and the columns of a segment. */
import type { Search } from '../../../parts/search.ts'
import { conditionOf, filterIn, filterOfSegment, toAddress, toFilterObject } from '../filters/condition.ts'

export interface Segment {
  id: string
  attributes: {
    name: string
    filter: Record<string, unknown>
    sort: string | null
    columns: string[] | null
  }
}

/** The address of the list as the segment has it. Its filter stands in it: nothing filters that is not shown. */
export function addressOf({ id, attributes: { filter: given, sort, columns } }: Segment): Search {
  const { filter, search } = filterOfSegment(given)
  const address = {
    ...toAddress(filter, {}),
    'filter[search]': search,
    sort: sort ?? undefined,
    columns: columns?.join(',') || undefined,
    view: id,
  }
  return Object.fromEntries(Object.entries(address).filter(([, value]) => value !== undefined)) as Search
}

/** What a segment would keep of the list as it is shown now. */
export const attributesIn = (search: Search) => ({
  filter: toFilterObject(filterIn(search), search['filter[search]']),
  sort: search.sort ?? null,
  columns: search.columns?.split(',') ?? null,
})

/** Whether the list differs from the segment that it was opened with. */
export function isModified(search: Search, segment: Segment): boolean {
  const saved = addressOf(segment)
  return text(search) !== text(saved)
}

const text = (search: Search) =>
  JSON.stringify([
    conditionOf(filterIn(search)),
    search['filter[search]'] || null,
    search.sort ?? null,
    search.columns ?? null,
  ])
