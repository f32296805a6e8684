import type { App } from '../app.ts'
import type { Tx } from '../db/database.ts'
import { ApiError } from '../jsonapi/errors.ts'
import type { ReferredType } from './referable.ts'

/** Finds what names a resource: "automation 4", "hook 7". */
export type FindReferrers = (tx: Tx, siteId: string, type: ReferredType, id: string) => Promise<string[]>

/**
 * Checks that nothing uses a resource: no enabled automation or hook of the site, for example. To be called after it
 * was archived, deleted or locked in the same transaction: whoever names it meanwhile waits, and then does not find it.
 *
 * @throws ApiError 422 that lists what uses it
 */
export async function assertUnused(
  { referrers }: Pick<App, 'referrers'>,
  tx: Tx,
  siteId: string,
  type: ReferredType,
  id: string,
): Promise<void> {
  const users: string[] = []
  for (const find of referrers) users.push(...(await find(tx, siteId, type, id)))
  if (users.length === 0) return
  const them = users.length === 1 ? 'that' : 'them'
  throw new ApiError(422, 'in_use', `It is used by ${users.join(', ')}. Disable or change ${them} first.`)
}
