/** What inviting somebody takes and does, besides its row. */
import {
  endUserLinks,
  keepUserLink,
  userLinkExpiry,
  userLinkToken,
  userLinkUrl,
} from '../../links/user-links.ts'
import { actorOf } from '../../platform/http/authenticate.ts'
import { invalidAttribute, type Values } from '../../platform/jsonapi/read-attributes.ts'
import type { Row } from '../../platform/jsonapi/resource.ts'
import type { Writing } from '../../platform/records/records.ts'
import { assertGivesRole } from '../roles/save-role.ts'
import { recordUserEvent } from '../user-events.ts'

export interface InvitationRow extends Row {
  email: string
  role_id: string
}

/** @throws ApiError 422 for the address of a user of the account */
export async function prepareInvitation(
  values: Values,
  _invitation: Row | null,
  { tx, accountId, userId, now }: Writing,
): Promise<Values> {
  const user = await tx
    .selectFrom('users')
    .select('id')
    .where('account_id', '=', accountId)
    .where('email', '=', values.email as string)
    .where('left_at', 'is', null)
    .executeTakeFirst()
  if (user) throw invalidAttribute('email', 'taken', 'is that of a user of the account')
  return { ...values, invited_by: userId, expires_at: userLinkExpiry('invitation', now) }
}

/** Sends the e-mail of a new invitation. @throws ApiError 403 for a role that permits more than the caller may do */
export const sendNewInvitation = (
  invitation: InvitationRow,
  _values: Values,
  writing: Writing,
): Promise<void> => sendInvitation(invitation, writing, '/data/relationships/role/data/id')

/**
 * Sends the e-mail with the link, which is also shown once. Links that were sent before end.
 *
 * @param pointer to what in the request names the role, if anything
 * @throws ApiError 403 for a role that permits more than the caller may do
 */
export async function sendInvitation(
  { id, role_id }: InvitationRow,
  writing: Writing,
  pointer?: string,
): Promise<void> {
  const { app, tx, accountId, now } = writing
  const role = await tx
    .selectFrom('roles')
    .select('permissions')
    .where('id', '=', role_id)
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow()
  await assertGivesRole(writing, role, pointer)
  await endUserLinks(tx, { invitationId: id }, now)
  const origin = originOf(writing)
  const eventId = await recordUserEvent(tx, 'user_invited', accountId, { invitation_id: id }, origin)
  const token = userLinkToken(app, 'invitation', eventId)
  await keepUserLink(tx, 'invitation', token, { accountId, invitationId: id }, now)
  writing.showOnce({ link: userLinkUrl(app, 'invitation', token) })
}

const originOf = ({ userId, keyId, now }: Writing) => ({
  actor: userId === null ? 'cli' : actorOf({ userId, keyId }),
  requestId: null,
  now,
})

export const endInvitation = ({ id }: Row, { tx, now }: Writing): Promise<void> =>
  endUserLinks(tx, { invitationId: id }, now)
