import { createHmac } from 'node:crypto'
import type { App } from '../app.ts'
import type { Tx } from '../db/database.ts'
import { hashSecret } from '../auth/secrets.ts'

export type LinkPurpose = 'welcome' | 'gift' | 'sign_in'

const DAY_MS = 86_400_000

/** Days after which a link of each purpose is worth nothing; null: never. */
export const LINK_DAYS: Record<LinkPurpose, number | null> = { welcome: 7, gift: null, sign_in: 7 }

export interface LinkOf {
  siteId: string
  subdomain: string
  eventId: string
  customerId: string
  grantId: string | null
}

/**
 * The link of an e-mail, good for one use. It follows from its cause, so that rendering the e-mail again
 * gives the same link; the database keeps only its hash.
 */
export async function memberLink(app: App, tx: Tx, purpose: LinkPurpose, link: LinkOf): Promise<string> {
  const { siteId, subdomain, eventId, customerId, grantId } = link
  const token = createHmac('sha256', app.linkKey)
    .update(`${purpose}:${siteId}:${eventId}`)
    .digest('base64url')
  const now = app.clock.now()
  const days = LINK_DAYS[purpose]
  await tx
    .insertInto('member_links')
    .values({
      site_id: siteId,
      token_hash: hashSecret(token),
      purpose,
      customer_id: customerId,
      grant_id: grantId,
      event_id: eventId,
      created_at: now,
      expires_at: days === null ? null : new Date(now.getTime() + days * DAY_MS),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return `${siteUrl(app, subdomain)}/${purpose.replace('_', '-')}/${token}`
}

/** Where the members of a site find it. */
export const siteUrl = (app: App, subdomain: string) => `${app.publicUrl}/s/${subdomain}`
