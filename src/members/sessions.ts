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
  const id = randomSecret()
  await tx
    .insertInto('member_sessions')
    .values({
      site_id: siteId,
      id_hash: hashSecret(id),
      customer_id: customerId,
      created_at: now,
      seen_at: now,
      expires_at: end(now),
    })
    .execute()
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

/** Days after which somebody must sign in again, however often they came. */
const LONGEST_DAYS = 180

export interface Found {
  member: Member
  /** Its end has moved: the cookie's must, too. */
  isProlonged: boolean
}

/** Who this session of the site belongs to; null when it is invalid or expired. */
export async function findSession({ db, clock }: App, siteId: string, id: string): Promise<Found | null> {
  const now = clock.now()
  const session = await db
    .selectFrom('member_sessions')
    .select(['customer_id', 'seen_at'])
    .where('site_id', '=', siteId)
    .where('id_hash', '=', hashSecret(id))
    .where('expires_at', '>', now)
    .where('created_at', '>', daysBefore(now, LONGEST_DAYS))
    .executeTakeFirst()
  const member = session ? await findMember(db, siteId, { customerId: session.customer_id }) : null
  if (!session || !member) return null
  const isProlonged = now.getTime() - session.seen_at.getTime() > SEEN_EVERY_MS
  if (isProlonged) {
    await sql`
      with seen as (
        update member_sessions set seen_at = ${now}, expires_at = ${end(now)}
         where site_id = ${siteId} and id_hash = ${hashSecret(id)} returning customer_id)
      update customers c set last_request_at = ${now} from seen
       where c.site_id = ${siteId} and c.id = seen.customer_id`.execute(db)
  }
  return { member, isProlonged }
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
