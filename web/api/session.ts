import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import type { Complete } from './documents.ts'
import { deleteSession, getMe, listPasskeys, listSites, type Site } from './generated.ts'
import { queryClient } from './queries.ts'
import { cancelUploads } from './running-uploads.ts'

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => getMe({ signal }),
  staleTime: 60_000,
})

export const sitesQuery = queryOptions({
  queryKey: ['sites', 'all'],
  queryFn: async ({ signal }) => {
    const { data } = await listSites({ 'page[size]': 500, sort: 'title' }, { signal })
    return data as Complete<Site>[]
  },
  staleTime: 60_000,
})

/** The passkeys of the user who is signed in. */
export const passkeysQuery = queryOptions({
  queryKey: ['passkeys'],
  queryFn: ({ signal }) => listPasskeys({ signal }),
})

/** The user who is signed in. */
export const useMe = () => useSuspenseQuery(meQuery).data.data

/** Whether the user may do something: `const may = useMay(); may('manage:hooks')`. */
export function useMay(): (permission: string) => boolean {
  const { permissions } = useMe().attributes
  return (permission) => permissions.includes(permission)
}

let isLeaving = false

/** Whether somebody works here, as far as the page knows. */
export const isSignedIn = (): boolean =>
  !isLeaving && queryClient.getQueryData(meQuery.queryKey) !== undefined

export async function signOut(): Promise<void> {
  isLeaving = true
  try {
    await deleteSession('current')
  } finally {
    isLeaving = false
  }
  cancelUploads()
  queryClient.clear()
}
