import { bulk, type Permission } from '../platform/auth/permissions.ts'
import type { BulkKind } from './bulk-kind.ts'

/** The permissions that a job takes: that of its kind, and what its rows take one by one. */
export const needsOf = ({ name, needs }: BulkKind, createsContacts: boolean): Permission[] => [
  bulk(name),
  ...needs,
  ...(createsContacts ? (['manage:contacts'] as const) : []),
]
