/** Single-use links of users, the people of an account; those of its members are in member-links.ts. */
import { createHmac } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { App } from '../platform/app.ts'
import type { Db, Tx } from '../platform/db/database.ts'
import { hashSecret } from '../platform/secrets/secrets.ts'

/**
 * `sign_in` starts a session of a user, `setup` creates an account, `invitation` creates a user, and `password` sets
 * the password of one.
 */
export type UserPurpose = 'sign_in' | 'setup' | 'invitation' | 'password'

/** Hours after which a link of each purpose expires. */
export const USER_LINK_HOURS: Record<UserPurpose, number> = {
  sign_in: 1,
  setup: 1,
  invitation: 7 * 24,
  password: 24,
}

/** The page of the portal that a link opens, below /admin. */
const PAGES: Record<UserPurpose, string> = {
  sign_in: 'link',
  setup: 'setup',
  invitation: 'invite',
  password: 'reset',
}

/** Whom a link is for. One to set up an account is for nobody yet. */
export interface LinkOwner {
  accountId?: string
  userId?: string
  invitationId?: string
}

export interface UserLink {
  account_id: string | null
  user_id: string | null
  invitation_id: string | null
}

export const userLinkExpiry = (purpose: UserPurpose, now: Date): Date =>
  new Date(now.getTime() + USER_LINK_HOURS[purpose] * 3_600_000)

/** Makes a link valid, for one use. The database keeps only its hash. */
export async function keepUserLink(
  tx: Db | Tx,
  purpose: UserPurpose,
  token: string,
  { accountId, userId, invitationId }: LinkOwner,
  now: Date,
): Promise<void> {
  await tx
    .insertInto('user_links')
    .values({
      token_hash: hashSecret(token),
      purpose,
      account_id: accountId ?? null,
      user_id: userId ?? null,
      invitation_id: invitationId ?? null,
      created_at: now,
      expires_at: userLinkExpiry(purpose, now),
    })
    .execute()
}

/** The secret part of a link in an e-mail: it follows from the event that sends the e-mail. */
export const userLinkToken = (app: App, purpose: UserPurpose, eventId: string): string =>
  createHmac('sha256', app.linkKey).update(`user:${purpose}:${eventId}`).digest('base64url')

/** The address of a link. */
export const userLinkUrl = (
  { publicUrl }: Pick<App, 'publicUrl'>,
  purpose: UserPurpose,
  token: string,
): string => `${publicUrl}/admin/${PAGES[purpose]}/${token}`

const isUsable = (purpose: UserPurpose, token: string, now: Date): RawBuilder<boolean> =>
  sql`token_hash = ${hashSecret(token)} and purpose = ${purpose} and used_at is null and expires_at > ${now}`

const COLUMNS = ['account_id', 'user_id', 'invitation_id'] as const

/** What a link is for, when it is still valid. Looking does not use it up. */
export const findUserLink = (
  db: Db | Tx,
  purpose: UserPurpose,
  token: string,
  now: Date,
): Promise<UserLink | undefined> =>
  db
    .selectFrom('user_links')
    .select(COLUMNS)
    .where(isUsable(purpose, token, now))
    .executeTakeFirst()

/** Uses a link up. Of two who use it at once, one gets it and the other undefined. */
export const spendUserLink = (
  tx: Tx,
  purpose: UserPurpose,
  token: string,
  now: Date,
): Promise<UserLink | undefined> =>
  tx
    .updateTable('user_links')
    .set({ used_at: now })
    .where(isUsable(purpose, token, now))
    .returning(COLUMNS)
    .executeTakeFirst()

/** Ends the open links of a user, of an invitation, or with neither all of a purpose. */
export async function endUserLinks(
  tx: Db | Tx,
  { userId, invitationId, purpose }: { userId?: string; invitationId?: string; purpose?: UserPurpose },
  now: Date,
): Promise<void> {
  await tx
    .updateTable('user_links')
    .set({ used_at: now })
    .where('used_at', 'is', null)
    .$if(userId !== undefined, (query) => query.where('user_id', '=', userId!))
    .$if(invitationId !== undefined, (query) => query.where('invitation_id', '=', invitationId!))
    .$if(purpose !== undefined, (query) => query.where('purpose', '=', purpose!))
    .execute()
}
