import { keepPreviousData, QueryClient, queryOptions } from '@tanstack/react-query'
import type { CompleteDocument } from './documents.ts'
import { RequestProblem } from './request.ts'

/** What the pages have read; see feed.ts for what makes them read it again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What the request itself is wrong with stays wrong.
      retry: (failures, error) =>
        failures < 2 && error instanceof RequestProblem && (error.status === 0 || error.status >= 500),
    },
  },
})

/** An operation of the generated client that reads a list. */
export type Fetcher<Params, Document> = (params: Params, init: RequestInit) => Promise<Document>

/**
 * Reads a list with an operation of the generated client. The rows of the previous page or filter are shown until the
 * new ones have arrived.
 *
 * @param type of the resources; what has changed is read again by it
 */
export const listOf = <Params, Document>(
  type: string,
  fetcher: Fetcher<Params, Document>,
  params: NoInfer<Params> & object,
) =>
  queryOptions({
    queryKey: [type, 'list', params],
    queryFn: ({ signal }) => fetcher(params, { signal }) as Promise<CompleteDocument<Document>>,
    placeholderData: keepPreviousData,
  })

/** For the first rows of a list where nobody asks how many there are: counting them takes longer than reading them. */
export const UNCOUNTED = { 'page[after]': '' }

/** Reads one resource with an operation of the generated client. */
export const oneOf = <Params, Document>(
  type: string,
  fetcher: (id: string, params: Params | undefined, init: RequestInit) => Promise<Document>,
  id: string,
  params?: NoInfer<Params>,
) =>
  queryOptions({
    queryKey: [type, 'one', id, params ?? {}],
    queryFn: ({ signal }) => fetcher(id, params, { signal }) as Promise<CompleteDocument<Document>>,
  })

/** Has everything of these types read again. */
export async function refresh(...types: string[]): Promise<void> {
  await Promise.all(types.map((type) => queryClient.invalidateQueries({ queryKey: [type] })))
}
