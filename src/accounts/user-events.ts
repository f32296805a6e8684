import type { Tx } from '../platform/db/database.ts'
import { type EventData, type Origin, recordEvent } from '../platform/events/events.ts'

type UserEvent = 'user_invited' | 'user_password_link_requested' | 'passkey_added' | 'passkey_removed'

/**
 * Records something about the users of an account. Events, and the e-mails that follow from them, belong to a site:
 * it is the oldest one.
 *
 * @returns the id of the event
 */
export async function recordUserEvent<Type extends UserEvent>(
  tx: Tx,
  type: Type,
  accountId: string,
  data: EventData[Type],
  origin: Origin,
): Promise<string> {
  const { id: siteId } = await tx
    .selectFrom('sites')
    .select('id')
    .where('account_id', '=', accountId)
    .where('archived_at', 'is', null)
    .orderBy('id')
    .executeTakeFirstOrThrow()
  return recordEvent(tx, type, { siteId, contactId: null }, data, origin)
}
