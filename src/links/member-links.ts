import { createHmac } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { anyOf, type Db, type Tx } from '../platform/db/database.ts'
import { hashSecret } from '../platform/secrets/secrets.ts'

/** Of a link for a customer. */
export type MemberPurpose = 'welcome' | 'gift' | 'sign_in' | 'password' | 'email_change'

/**
 * `form`: the link confirms the submission of a form, by somebody who need not be a customer. `act_as`: it lets
 * somebody of the account in as the member.
 */
export type LinkPurpose = MemberPurpose | 'form' | 'act_as'

const DAY_MS = 86_400_000

/** Days after which a link of each purpose expires. */
export const LINK_DAYS: Record<LinkPurpose, number> = {
  welcome: 7,
  gift: 30,
  sign_in: 1,
  password: 1,
  email_change: 1,
  form: 7,
  // Five minutes: it is opened at once.
  act_as: 1 / 288,
}

/** Seconds after which a new link of a purpose expires. */
export const linkSeconds = (purpose: LinkPurpose): number => LINK_DAYS[purpose] * 86_400

export interface NewLink {
  purpose: LinkPurpose
  siteId: string
  /** What the link is made for. */
  eventId: string
  /** Distinguishes it from others for the same event, for example by several steps of an automation. */
  cause?: string
  /** Left out in a link for a submission. */
  customerId?: string
  submissionId?: string
  grantId?: string | null
  /** The address that the link confirms. */
  newEmail?: string
  /** Who acts as the customer, as events record actors. */
  actedBy?: string
}

/**
 * Makes links good, for one use each. A link follows from its cause, so that making it again gives the same
 * one; the database keeps only its hash.
 */
export async function keepLinks(app: App, tx: Tx, links: NewLink[]): Promise<void> {
  if (links.length === 0) return
  const now = app.clock.now()
  await tx
    .insertInto('member_links')
    .values(
      links.map(({ purpose, siteId, eventId, cause = eventId, ...link }) => ({
        site_id: siteId,
        token_hash: hashSecret(linkToken(app, purpose, siteId, cause)),
        purpose,
        customer_id: link.customerId ?? null,
        submission_id: link.submissionId ?? null,
        grant_id: link.grantId ?? null,
        event_id: eventId,
        new_email: link.newEmail ?? null,
        acted_by: link.actedBy ?? null,
        created_at: now,
        expires_at: new Date(now.getTime() + LINK_DAYS[purpose] * DAY_MS),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** What a link follows from. */
export interface LinkCause {
  purpose: LinkPurpose
  siteId: string
  cause: string
}

/** Deletes links that nobody has got: they can be made again. */
export async function deleteLinks(app: App, tx: Tx, links: LinkCause[]): Promise<void> {
  if (links.length === 0) return
  const hashes = links.map(({ purpose, siteId, cause }) => hashSecret(linkToken(app, purpose, siteId, cause)))
  await tx
    .deleteFrom('member_links')
    .where('site_id', '=', anyOf(links.map(({ siteId }) => siteId)))
    .where('token_hash', 'in', hashes)
    .execute()
}

/**
 * The secret part of a link. It follows from what the link was made for.
 *
 * @param cause the event, and what distinguishes it from others for that event
 */
export const linkToken = (app: App, purpose: LinkPurpose, siteId: string, cause: string): string =>
  createHmac('sha256', app.linkKey).update(`${purpose}:${siteId}:${cause}`).digest('base64url')

/** Where a link leads, below the base of its site. */
export const linkPath = (purpose: LinkPurpose, token: string): string =>
  `/${purpose.replace('_', '-')}/${token}`

export interface SiteAddress {
  subdomain: string
  custom_domain: string | null
}

/** Where the members of a site find it: on its own domain, or below the address of the server. */
export const siteUrl = (
  { publicUrl }: Pick<App, 'publicUrl'>,
  { subdomain, custom_domain }: SiteAddress,
): string =>
  custom_domain ? `${new URL(publicUrl).protocol}//${custom_domain}` : `${publicUrl}/s/${subdomain}`

export interface MemberLink {
  customer_id: string
  grant_id: string | null
  event_id: string
  new_email: string | null
  acted_by: string | null
}

export interface SubmissionLink {
  submission_id: string
  event_id: string
}

type LinkOf<Purpose extends LinkPurpose> = Purpose extends 'form' ? SubmissionLink : MemberLink

/** Which of them are null follows from the purpose. */
const COLUMNS = ['customer_id', 'submission_id', 'grant_id', 'event_id', 'new_email', 'acted_by'] as const

const linkOf = <Purpose extends LinkPurpose>(row: object | undefined) =>
  (row ?? null) as LinkOf<Purpose> | null

/** The one row of a link, whether or not it can still be used. */
const isLink = (siteId: string, purpose: LinkPurpose, token: string): RawBuilder<boolean> =>
  sql`site_id = ${siteId} and token_hash = ${hashSecret(token)} and purpose = ${purpose}`

const isUsable = (now: Date): RawBuilder<boolean> => sql`used_at is null and expires_at > ${now}`

/** What a link is for, when it is still good. Looking does not use it up: mail programs look, too. */
export async function findLink<Purpose extends LinkPurpose>(
  db: Db | Tx,
  siteId: string,
  purpose: Purpose,
  token: string,
  now: Date,
): Promise<LinkOf<Purpose> | null> {
  const link = await db
    .selectFrom('member_links')
    .select(COLUMNS)
    .where(isLink(siteId, purpose, token))
    .where(isUsable(now))
    .executeTakeFirst()
  return linkOf<Purpose>(link)
}

/** What a link was made for, also when it was used or has expired: it lets nobody in then. Null when there is none. */
export async function findEndedLink<Purpose extends LinkPurpose>(
  db: Db | Tx,
  siteId: string,
  purpose: Purpose,
  token: string,
): Promise<LinkOf<Purpose> | null> {
  const link = await db
    .selectFrom('member_links')
    .select(COLUMNS)
    .where(isLink(siteId, purpose, token))
    .executeTakeFirst()
  return linkOf<Purpose>(link)
}

/** Uses a link up. Of two who use it at once, one gets it and the other null. */
export async function useLink<Purpose extends LinkPurpose>(
  tx: Tx,
  siteId: string,
  purpose: Purpose,
  token: string,
  now: Date,
): Promise<LinkOf<Purpose> | null> {
  const link = await tx
    .updateTable('member_links')
    .set({ used_at: now })
    .where(isLink(siteId, purpose, token))
    .where(isUsable(now))
    .returning(COLUMNS)
    .executeTakeFirst()
  return linkOf<Purpose>(link)
}

/** Ends every open link of a customer, or only those of one purpose: what led somebody in before must not do so any more. */
export async function endLinks(
  tx: Tx,
  siteId: string,
  customerId: string,
  now: Date,
  purpose?: LinkPurpose,
): Promise<void> {
  await tx
    .updateTable('member_links')
    .set({ used_at: now })
    .where('site_id', '=', siteId)
    .where('customer_id', '=', customerId)
    .$if(purpose !== undefined, (query) => query.where('purpose', '=', purpose!))
    .where('used_at', 'is', null)
    .execute()
}

/** The new address of a customer that waits to be confirmed, if any. */
export async function pendingEmail(
  db: Db,
  siteId: string,
  customerId: string,
  now: Date,
): Promise<string | null> {
  const link = await db
    .selectFrom('member_links')
    .select('new_email')
    .where('site_id', '=', siteId)
    .where('customer_id', '=', customerId)
    .where('purpose', '=', 'email_change')
    .where(isUsable(now))
    .orderBy('created_at', 'desc')
    .executeTakeFirst()
  return link?.new_email ?? null
}

/** Deletes the links of submissions that are deleted. */
export async function deleteSubmissionLinks(tx: Tx, siteId: string, submissionIds: string[]): Promise<void> {
  await tx
    .deleteFrom('member_links')
    .where('site_id', '=', siteId)
    .where('submission_id', '=', anyOf(submissionIds))
    .execute()
}
