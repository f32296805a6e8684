import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { CompleteDocument } from './documents.ts'
import { type Fetcher, listOf, UNCOUNTED } from './queries.ts'

/** An answer that comes sooner makes a second request unnecessary. */
const LATE_MS = 150

/**
 * Reads a page of a list. Where counting the whole list takes long, the rows of the first page are read without it and
 * shown first; `meta` has no total then.
 *
 * @param readAgain after how many milliseconds it is read again; false: it is not
 */
export function useRowsFirst<Params extends object, Document>(
  type: string,
  fetcher: Fetcher<Params, Document>,
  params: NoInfer<Params>,
  readAgain: (page: NoInfer<CompleteDocument<Document>>) => number | false = () => false,
): UseQueryResult<CompleteDocument<Document>> {
  const page = useQuery({
    ...listOf(type, fetcher, params),
    refetchInterval: ({ state: { data } }) => (data ? readAgain(data) : false),
  })
  const isMissing = page.data === undefined || page.isPlaceholderData
  const isLate = useLate(isMissing, JSON.stringify(params))
  const rows = useQuery({
    ...listOf(type, fetcher, { ...params, ...UNCOUNTED }),
    placeholderData: undefined,
    enabled: isLate && !('page[number]' in params),
  })
  return isLate && rows.data ? { ...page, ...rows } : page
}

/** Whether something has been missing for a while. @param of what is missing */
function useLate(isMissing: boolean, of: string): boolean {
  const [late, setLate] = useState<string | null>(null)
  useEffect(() => {
    if (!isMissing) return
    const timer = setTimeout(() => setLate(of), LATE_MS)
    return () => clearTimeout(timer)
  }, [isMissing, of])
  return isMissing && late === of
}
