import { useQuery } from '@tanstack/react-query'
import { listRoles } from '../../api/generated.ts'
import { listOf } from '../../api/queries.ts'

/** The roles of the account. */
export function useRoles() {
  const { data } = useQuery(listOf('roles', listRoles, { 'page[size]': 100 }))
  return data?.data ?? []
}

export type Role = ReturnType<typeof useRoles>[number]
