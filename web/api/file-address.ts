import { queryOptions, useQuery } from '@tanstack/react-query'
import { getUploadSignedUrl, listUploads } from './generated.ts'
import { useMay } from './session.ts'

/** The address of a file of our own, as content has it; what only members may open needs a signature besides. */
const isUpload = (url: string): boolean => /\/bestow-files\/[\w-]{32}(?:$|\?)/.test(url)

/** Soon enough before the six hours that a signature is valid. */
const VALID_MS = 5 * 3_600_000

/** The address at which the browser opens what content refers to: for an upload, one that works here. */
export const fileAddress = (url: string) =>
  queryOptions({
    queryKey: ['uploads', 'address', url],
    staleTime: VALID_MS,
    queryFn: async ({ signal }) => {
      if (!isUpload(url)) return url
      const { data } = await listUploads({ 'filter[url_eq]': url, 'page[size]': 1 }, { signal })
      const id = data[0]?.id
      if (id === undefined) return null
      const address = new URL((await getUploadSignedUrl(id, { signal })).data.attributes.url)
      // The portal can have another host than the one that the server knows of.
      return address.pathname + address.search
    },
  })

/**
 * As fileAddress(); undefined until it is known, null for an upload that there is not. Who may not see uploads gets
 * the address itself, which opens those that are public.
 */
export function useFileAddress(url: string | null): string | null | undefined {
  const isSigned = useMay()('view:uploads')
  const { data } = useQuery({ ...fileAddress(url ?? ''), enabled: url !== null && isSigned })
  return url === null || !isSigned ? url : data
}
