import { queryOptions, useQuery } from '@tanstack/react-query'
import { getServer } from '../../api/generated.ts'

const serverQuery = queryOptions({
  queryKey: ['servers', 'current'],
  queryFn: ({ signal }) => getServer({ signal }),
})

/** What the server is set to by its environment. */
export const useServer = () => useQuery(serverQuery)
