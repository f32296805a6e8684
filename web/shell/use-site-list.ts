import type { CompleteDocument } from '../api/documents.ts'
import type { Fetcher } from '../api/queries.ts'
import { useRowsFirst } from '../api/rows-first.ts'
import { apiParameters, PAGE_SIZE, useAddress } from '../parts/search.ts'
import { useCurrentSite } from './use-site.ts'

/**
 * The page of a list of the current site that the address asks for.
 *
 * @param defaults what the address can change, such as the order
 * @param readAgain after how many milliseconds it is read again, for what no event says; false: it is not
 */
export function useSiteList<Params extends object, Document>(
  type: string,
  fetcher: Fetcher<Params, Document>,
  defaults: NoInfer<Partial<Params>> = {},
  readAgain: (page: NoInfer<CompleteDocument<Document>>) => number | false = () => false,
) {
  const { id } = useCurrentSite()
  const { search } = useAddress()
  const params = { 'page[size]': PAGE_SIZE, ...defaults, ...apiParameters(search), 'filter[site_id]': id }
  return useRowsFirst(type, fetcher, params as unknown as Params, readAgain)
}
