import type { App } from '../app.ts'
import type { Tx } from '../db/database.ts'
import { ApiError } from '../jsonapi/errors.ts'
import type { ReferredType } from './referable.ts'

/** What names a resource. */
export interface Referrer {
  /** As in `the hook 7 (tag_added)`. */
  name: string
  /** What ends that: completes "… first." */
  remedy: string
}

/** Finds what names a resource. */
export type FindReferrers = (tx: Tx, siteId: string, type: ReferredType, id: string) => Promise<Referrer[]>

/**
 * Checks that nothing uses a resource: no enabled automation or hook of the site, for example. To be called after it
 * was archived, deleted or locked in the same transaction: whoever names it meanwhile waits, and then does not find it.
 *
 * @throws ApiError 422 that lists what uses it, and says what to do about it
 */
export async function assertUnused(
  { referrers }: Pick<App, 'referrers'>,
  tx: Tx,
  siteId: string,
  type: ReferredType,
  id: string,
): Promise<void> {
  const users: Referrer[] = []
  for (const find of referrers) users.push(...(await find(tx, siteId, type, id)))
  if (users.length === 0) return
  const remedies = [...new Set(users.map(({ remedy }) => `${remedy} first.`))]
  const detail = `It is used by ${users.map(({ name }) => name).join(', ')}. ${remedies.join(' ')}`
  throw new ApiError(422, 'in_use', detail)
}
