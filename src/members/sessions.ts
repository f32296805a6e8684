import { sql } from 'kysely'
import { endLinks } from '../links/member-links.ts'
import { endAllSessions } from '../people/customers/end-sessions.ts'
import type { App } from '../platform/app.ts'
import type { Tx } from '../platform/db/database.ts'
import { daysBefore } from '../platform/jsonapi/field-types.ts'
import { hashSecret, randomSecret } from '../platform/secrets/secrets.ts'
import type { Language } from '../platform/text/languages.ts'
import { findMember, type Member } from './member.ts'

/** Days that somebody stays signed in without coming back. */
export const SESSION_DAYS = 30
/** How stale "last seen" may get: a page view is not a write. */
const SEEN_EVERY_MS = 5 * 60_000

/** Minutes after which somebody who acts as a member is signed out. */
export const ACTING_MINUTES = 10

const end = (now: Date) => new Date(now.getTime() + SESSION_DAYS * 86_400_000)

/**
 * Signs a customer in, and records in which language. The session that the browser had before ends, so that nobody
 * can have planted it.
 *
 * @returns the id for the cookie; the database keeps its hash
 */
export async function startSession(
  tx: Tx,
  {
    siteId,
    customerId,
    previous,
    language,
    now,
  }: { siteId: string; customerId: string; previous: string | null; language: Language; now: Date },
): Promise<string> {
  if (previous) await endSession(tx, siteId, previous)
  const id = await insertSession(tx, { siteId, customerId, now, expiresAt: end(now), actedBy: null })
  await tx
    .updateTable('customers')
    .set((eb) => ({
      sign_in_count: eb('sign_in_count', '+', 1),
      last_sign_in_at: now,
      last_request_at: now,
      language,
    }))
    .where('site_id', '=', siteId)
    .where('id', '=', customerId)
    .execute()
  return id
}

/**
 * Signs somebody of the account in as a customer, for a few minutes. It does not count as a visit of the customer.
 *
 * @param actedBy who it is, as events record actors
 * @returns the id for the cookie
 */
export async function startActingSession(
  tx: Tx,
  {
    siteId,
    customerId,
    previous,
    actedBy,
    now,
  }: { siteId: string; customerId: string; previous: string | null; actedBy: string; now: Date },
): Promise<string> {
  if (previous) await endSession(tx, siteId, previous)
  const expiresAt = new Date(now.getTime() + ACTING_MINUTES * 60_000)
  return insertSession(tx, { siteId, customerId, now, expiresAt, actedBy })
}

async function insertSession(
  tx: Tx,
  session: { siteId: string; customerId: string; now: Date; expiresAt: Date; actedBy: string | null },
): Promise<string> {
  const { siteId, customerId, now, expiresAt, actedBy } = session
  const id = randomSecret()
  await tx
    .insertInto('member_sessions')
    .values({
      site_id: siteId,
      id_hash: hashSecret(id),
      customer_id: customerId,
      created_at: now,
      seen_at: now,
      expires_at: expiresAt,
      acted_by: actedBy,
    })
    .execute()
  return id
}

/** Days after which somebody must sign in again, however often they came. */
const LONGEST_DAYS = 180

export interface Found {
  member: Member
  /** Its end has moved: the cookie's must, too. */
  isProlonged: boolean
  /** Somebody of the account acts as the member. */
  isActing: boolean
}

/** Who this session of the site belongs to; null when it is invalid or expired. */
export async function findSession({ db, clock }: App, siteId: string, id: string): Promise<Found | null> {
  const now = clock.now()
  const session = await db
    .selectFrom('member_sessions')
    .select(['customer_id', 'seen_at', 'acted_by'])
    .where('site_id', '=', siteId)
    .where('id_hash', '=', hashSecret(id))
    .where('expires_at', '>', now)
    .where('created_at', '>', daysBefore(now, LONGEST_DAYS))
    .executeTakeFirst()
  const member = session ? await findMember(db, siteId, { customerId: session.customer_id }) : null
  if (!session || !member) return null
  const isActing = session.acted_by !== null
  const isProlonged = !isActing && now.getTime() - session.seen_at.getTime() > SEEN_EVERY_MS
  if (isProlonged) {
    await sql`
      with seen as (
        update member_sessions set seen_at = ${now}, expires_at = ${end(now)}
         where site_id = ${siteId} and id_hash = ${hashSecret(id)} returning customer_id)
      update customers c set last_request_at = ${now} from seen
       where c.site_id = ${siteId} and c.id = seen.customer_id`.execute(db)
  }
  return { member, isProlonged, isActing }
}

export async function endSession(tx: Tx, siteId: string, id: string): Promise<void> {
  await tx
    .deleteFrom('member_sessions')
    .where('site_id', '=', siteId)
    .where('id_hash', '=', hashSecret(id))
    .execute()
}

/** Ends all that lets a customer in, or has let them in, other than the password: sessions, and links still open. */
export async function endAccess({ clock }: App, tx: Tx, siteId: string, customerId: string): Promise<void> {
  await endLinks(tx, siteId, customerId, clock.now())
  await endAllSessions(tx, siteId, customerId)
}
