import { useQuery } from '@tanstack/react-query'
import { listOf, UNCOUNTED } from '../api/queries.ts'
import { useCurrentSite } from '../shell/use-site.ts'

/** How many rows a list of the site has, without reading them. */
export function useCount<Params>(
  type: string,
  fetcher: (params: Params, init: RequestInit) => Promise<{ meta: { total_count?: number } }>,
  filters: Record<string, string>,
  isEnabled = true,
): number | undefined {
  const { id } = useCurrentSite()
  const params = { 'filter[site_id]': id, 'page[size]': 1, ...filters } as unknown as Params & object
  const { data } = useQuery({ ...listOf(type, fetcher, params), enabled: isEnabled })
  return (data as { meta?: { total_count?: number } } | undefined)?.meta?.total_count
}

/** Whether a list of the site has any row. */
export function useHasAny<Params>(
  type: string,
  fetcher: (params: Params, init: RequestInit) => Promise<{ data: unknown[] }>,
  isEnabled = true,
): boolean | undefined {
  const { id } = useCurrentSite()
  // Keys are those of the account.
  const ofSite = type === 'api_keys' ? {} : { 'filter[site_id]': id }
  // Its members would be counted.
  const fields = type === 'products' ? { 'fields[products]': 'title' } : {}
  const params = { ...ofSite, ...fields, 'page[size]': 1, ...UNCOUNTED } as unknown as Params & object
  const { data } = useQuery({ ...listOf(type, fetcher, params), enabled: isEnabled })
  const rows = (data as { data: unknown[] } | undefined)?.data
  return rows && rows.length > 0
}
