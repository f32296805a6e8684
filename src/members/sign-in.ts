import { type MemberPurpose, useLink } from '../links/member-links.ts'
import type { App } from '../platform/app.ts'
import { type Attempt, countAttempt, takeBackAttempt } from '../platform/auth/attempts.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'
import { recordEvent } from '../platform/events/events.ts'
import { hashPassword, isPassword } from '../platform/secrets/secrets.ts'
import type { Language } from '../platform/text/languages.ts'
import { findMember, type MemberSite } from './member.ts'
import { endAccess, startSession } from './sessions.ts'

/** Who sends a request. */
export interface Visitor {
  /** Their network address. */
  source: string
  /** The session that their browser has, valid or not. */
  session: string | null
  /** Of the page that they are shown. */
  language: Language
}

/** An attempt of a visitor of a site, to be counted. @param person e-mail address or id */
export const attemptAt = (
  site: MemberSite,
  kind: Attempt['kind'],
  person: string,
  { source }: Visitor,
): Attempt => ({ realm: `site:${site.id}`, kind, person, source })

export type SignIn =
  | { outcome: 'signed_in'; session: string }
  /** Does not reveal which of the two was wrong. */
  | { outcome: 'wrong' }
  | { outcome: 'too_many'; waitSeconds: number }

/** Signs in by e-mail and password. An unknown address takes as long as a wrong password. */
export async function signInByPassword(
  app: App,
  site: MemberSite,
  { email, password }: { email: string; password: string },
  visitor: Visitor,
): Promise<SignIn> {
  const attempt = attemptAt(site, 'password', email, visitor)
  const waitSeconds = await countAttempt(app, attempt)
  if (waitSeconds > 0) return { outcome: 'too_many', waitSeconds }
  const member = await findMember(app.db, site.id, { email })
  const isRight = await isPassword(app.config, password, member?.passwordHash ?? null)
  if (!member || !isRight) return { outcome: 'wrong' }
  const session = await inTransaction(app.db, async (tx) => {
    // It may have been changed while the given one was checked.
    const still = await tx
      .selectFrom('customers')
      .select('id')
      .where('site_id', '=', site.id)
      .where('id', '=', member.customerId)
      .where('password_hash', '=', member.passwordHash)
      .forShare()
      .executeTakeFirst()
    return still ? signIn(app, tx, site.id, member.customerId, visitor) : null
  })
  if (session === null) return { outcome: 'wrong' }
  await takeBackAttempt(app, attempt)
  return { outcome: 'signed_in', session }
}

/** Signs in by a link from an e-mail. Returns the session; null when the link is used or over. */
export function signInByLink(
  app: App,
  site: MemberSite,
  token: string,
  visitor: Visitor,
): Promise<string | null> {
  return inTransaction(app.db, async (tx) => {
    const link = await useLink(tx, site.id, 'sign_in', token, app.clock.now())
    return link ? signIn(app, tx, site.id, link.customer_id, visitor) : null
  })
}

/** Sets the password that somebody chose by a link, and signs them in. Returns the session; null when the link is used or over. */
export async function choosePassword(
  app: App,
  site: MemberSite,
  purpose: Extract<MemberPurpose, 'welcome' | 'password'>,
  token: string,
  password: string,
  visitor: Visitor,
): Promise<string | null> {
  const hash = await hashPassword(app.config, password)
  return inTransaction(app.db, async (tx) => {
    const link = await useLink(tx, site.id, purpose, token, app.clock.now())
    if (!link) return null
    await setPasswordHash(app, tx, site.id, link.customer_id, hash)
    return signIn(app, tx, site.id, link.customer_id, visitor)
  })
}

/**
 * Stores a password, and records that it changed. Whoever came in before, by a session or with a link that is
 * still open, is out.
 */
export async function setPasswordHash(
  app: App,
  tx: Tx,
  siteId: string,
  customerId: string,
  hash: string,
): Promise<void> {
  const now = app.clock.now()
  const { password_hash: previous } = await tx
    .selectFrom('customers')
    .select('password_hash')
    .where('site_id', '=', siteId)
    .where('id', '=', customerId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const { contact_id } = await tx
    .updateTable('customers')
    .set({ password_hash: hash, updated_at: now })
    .where('site_id', '=', siteId)
    .where('id', '=', customerId)
    .returning('contact_id')
    .executeTakeFirstOrThrow()
  await endAccess(app, tx, siteId, customerId)
  const about = { siteId, contactId: contact_id, customerId }
  await recordEvent(
    tx,
    'password_changed',
    about,
    { had_password: previous !== null },
    { actor: `customer:${customerId}`, requestId: null, now },
  )
}

/** @returns the id of the new session */
export function signIn(
  app: App,
  tx: Tx,
  siteId: string,
  customerId: string,
  { session, language }: Visitor,
): Promise<string> {
  return startSession(tx, { siteId, customerId, previous: session, language, now: app.clock.now() })
}
