import type { Db } from '../../platform/db/database.ts'
import type { Caller } from '../../platform/http/route.ts'

/** More than anybody looks through; older ones can be ended all together. */
const MOST = 100

/** The sign-ins of the caller's user that can still be used, the latest first. */
export const listSessions = (
  db: Db,
  { accountId, userId }: Pick<Caller, 'accountId' | 'userId'>,
  now: Date,
) =>
  db
    .selectFrom('token_families')
    .select(['id', 'created_at', 'expires_at', 'browser', 'started_from', 'used_at', 'used_from'])
    .where('user_id', '=', userId)
    .where('account_id', '=', accountId)
    .where('api_key_id', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(MOST)
    .execute()
