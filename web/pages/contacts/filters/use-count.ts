import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { listContacts } from '../../../api/generated.ts'
import { useCurrentSite } from '../../../shell/use-site.ts'
import { conditionOf, type Filter } from './condition.ts'

const COUNT_AFTER_MS = 300

/** How many contacts a filter finds at the moment, while it is being edited. */
export function useCount(filter: Filter, search: string | undefined) {
  const { id: siteId } = useCurrentSite()
  const condition = conditionOf(filter)
  const [where] = useDebouncedValue(condition && JSON.stringify(condition), COUNT_AFTER_MS)
  const params = {
    'filter[site_id]': siteId,
    'filter[search]': search || undefined,
    'filter[where]': where,
    'fields[contacts]': 'name',
    'page[size]': 1,
  }
  return useQuery({
    queryKey: ['contacts', 'count', params],
    queryFn: async ({ signal }) => (await listContacts(params, { signal })).meta.total_count,
    placeholderData: keepPreviousData,
    retry: false,
  })
}
