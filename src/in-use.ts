/** Table of contents: who names what can be archived or deleted. */
import { automationsNaming } from './automations/automations-naming.ts'
import type { Tx } from './db/database.ts'
import { ApiError } from './jsonapi/errors.ts'
import type { ReferenceType } from './references/referable.ts'
import { hooksNaming } from './webhooks/hooks-naming.ts'

/**
 * Sees that no enabled automation or hook of the site names something. To be called after it was archived, deleted or
 * locked in the same transaction: whoever names it meanwhile waits, and then does not find it.
 *
 * @throws ApiError 422 that lists who names it
 */
export async function assertUnused(tx: Tx, siteId: string, type: ReferenceType, id: string): Promise<void> {
  const users = [
    ...(await automationsNaming(tx, siteId, type, id)),
    ...(await hooksNaming(tx, siteId, type, id)),
  ]
  if (users.length === 0) return
  const them = users.length === 1 ? 'that' : 'them'
  throw new ApiError(422, 'in_use', `It is used by ${users.join(', ')}. Disable or change ${them} first.`)
}
