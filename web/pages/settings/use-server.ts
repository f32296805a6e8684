import { useQuery } from '@tanstack/react-query'
import { serverQuery } from '../../api/clock.ts'

/** What the server is set to by its environment. */
export const useServer = () => useQuery(serverQuery)
