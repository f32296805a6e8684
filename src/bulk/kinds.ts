/** Table of contents: what can be done for many contacts at once. */
import type { BulkKindName } from '../platform/auth/permissions.ts'
import type { BulkKind } from './bulk-kind.ts'
import { bulkGrants } from './kinds/grants.ts'
import { bulkRevocations } from './kinds/revocations.ts'
import { bulkTags } from './kinds/tags.ts'

export const bulkKinds: Record<BulkKindName, BulkKind> = {
  grants: bulkGrants,
  revocations: bulkRevocations,
  tags: bulkTags,
}

/** @throws Error for a kind that this version does not have */
export function kindNamed(name: string): BulkKind {
  if (Object.hasOwn(bulkKinds, name)) return bulkKinds[name as BulkKindName]
  throw new Error(`There is no kind of bulk job "${name}" in this version.`)
}
