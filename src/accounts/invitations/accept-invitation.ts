import type { Insertable } from 'kysely'
import { spendUserLink } from '../../links/user-links.ts'
import type { App } from '../../platform/app.ts'
import { inTransaction, type Tx, violates } from '../../platform/db/database.ts'
import type { Users } from '../../platform/db/types.ts'
import { unprocessable } from '../../platform/jsonapi/errors.ts'
import { invalidAttribute } from '../../platform/jsonapi/read-attributes.ts'
import { hashPassword } from '../../platform/secrets/secrets.ts'
import { parseEmailAddress } from '../../platform/text/email-address.ts'
import { limitingLinks } from '../limiting-links.ts'
import { requiredName } from '../required-name.ts'
import { type Session, startSession } from '../sessions/start-session.ts'
import { assertPassword } from '../set-password.ts'
import type { Device } from '../token-families.ts'

export interface Acceptance {
  token: string
  name: string
  password: string
  /** The address to sign in with. Left out: that of the invitation. */
  email?: string
}

/**
 * Makes a user of who accepts an invitation, and starts their session.
 *
 * @throws ApiError 401 for a link that is not valid; 422 for a blank name, a short password, or an address with which
 *   somebody signs in already: that of another account is seen only by who has received the invitation
 */
export async function acceptInvitation(app: App, given: Acceptance, device: Device): Promise<Session> {
  const name = requiredName(given.name)
  assertPassword(given.password)
  const email = given.email === undefined ? null : parseEmailAddress(given.email)
  if (given.email !== undefined && !email)
    throw invalidAttribute('email', 'invalid', 'must be an e-mail address')
  return limitingLinks(app, 'invitation', given.token, device.source, async () => {
    const password_hash = await hashPassword(app.config, given.password)
    return inTransaction(app.db, async (tx) => {
      const now = app.clock.now()
      const link = await spendUserLink(tx, 'invitation', given.token, now)
      const invitation = link && (await takeInvitation(tx, link.account_id!, link.invitation_id!, now))
      if (!invitation) return null
      const user = {
        account_id: link.account_id!,
        role_id: invitation.role_id,
        name,
        email: email ?? invitation.email,
        role_level: 'ADMINISTRATOR',
        password_hash,
        created_at: now,
        updated_at: now,
      }
      const user_id = await insertUser(tx, user, email !== null)
      return startSession(app, tx, { account_id: link.account_id!, user_id }, device)
    })
  })
}

/** Undefined for one that was revoked, or whose role is gone. */
const takeInvitation = (tx: Tx, accountId: string, id: string, now: Date) =>
  tx
    .updateTable('invitations')
    .set({ accepted_at: now, updated_at: now })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('role_id', 'is not', null)
    .returning(['email', 'role_id'])
    .executeTakeFirst()

/** @param isChosen whether the request gives the address */
async function insertUser(tx: Tx, user: Insertable<Users>, isChosen: boolean): Promise<string> {
  try {
    const { id } = await tx.insertInto('users').values(user).returning('id').executeTakeFirstOrThrow()
    return id
  } catch (error) {
    throw violates(error, 'users_email') ? taken(isChosen) : error
  }
}

const taken = (isChosen: boolean) =>
  unprocessable(
    'taken',
    'Email is used to sign in already; give another one',
    isChosen ? '/data/attributes/email' : '/data/attributes',
  )
