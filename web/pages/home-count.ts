import { useQuery } from '@tanstack/react-query'
import { listOf } from '../api/queries.ts'
import { useCurrentSite } from '../shell/use-site.ts'

/** How many rows a list has, without reading them. */
export function useCount<Params>(
  type: string,
  fetcher: (params: Params, init: RequestInit) => Promise<{ meta: { total_count?: number } }>,
  filters: Record<string, string>,
  isEnabled = true,
): number | undefined {
  const { id } = useCurrentSite()
  // Keys are those of the account.
  const ofSite = type === 'api_keys' ? {} : { 'filter[site_id]': id }
  // Its members would be counted.
  const fields = type === 'products' ? { 'fields[products]': 'title' } : {}
  const params = { ...ofSite, ...fields, 'page[size]': 1, ...filters } as unknown as Params & object
  const { data } = useQuery({ ...listOf(type, fetcher, params), enabled: isEnabled })
  return (data as { meta?: { total_count?: number } } | undefined)?.meta?.total_count
}
