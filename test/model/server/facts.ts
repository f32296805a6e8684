import { aliasLine, contactLine, customerLine, emailLine, eventLine, grantLine } from '../format.ts'
import type { TestSite } from './test-site.ts'

/**
 * The state of the site in the database, in the lines of rules/facts.ts.
 *
 * @param isSettled whether the background work has run; otherwise an expired grant counts as closed, whether it is or not
 */
export function factsOn(site: TestSite, isSettled: boolean): string[] {
  const { contacts, aliases, customers, grants, events, emails } = site.rows
  const given = grants.map((row) => ({
    who: site.customerName(row.customer_id),
    offer: site.offerName(row.offer_id),
    at: site.hour(row.granted_at),
    from: site.hour(row.starts_at),
    until: row.expires_at === null ? null : site.hour(row.expires_at),
    announcedAt: row.ending_notice_at === null ? null : site.hour(row.ending_notice_at),
    gift: row.gift,
    ended: row.is_over && !isSettled ? ('expired' as const) : row.revoke_reason,
    isToClose: row.is_over && !isSettled,
  }))
  const recorded = events.map((row) => ({
    type: row.type,
    who: site.contactName(row.contact_id),
    offer: row.offer_id === null ? undefined : site.offerName(row.offer_id),
    reason: row.reason ?? undefined,
  }))
  const toRecord = given
    .filter(({ isToClose }) => isToClose)
    .map(({ who, offer }) => ({ type: 'access_expired', who, offer }))
  const written = emails.map((row) => ({ ...row, who: site.contactName(row.contact_id), to: row.to_email }))
  return [
    ...contacts.map((row) => contactLine(site.contactName(row.id), row)),
    ...aliases.map((row) => aliasLine(site.contactName(row.contact_id), row.email)),
    ...customers.map((row) => customerLine(site.contactName(row.contact_id), row)),
    ...given.map(grantLine),
    ...[...recorded, ...toRecord].map(eventLine),
    ...(isSettled ? written.map(emailLine) : []),
  ].sort()
}
