import { contactLine, customerLine, emailLine, eventLine, grantLine } from '../words.ts'
import type { Stage } from './stage.ts'

/**
 * What is true on the site by its database, in the lines of rules/facts.ts.
 *
 * @param isSettled until then, a grant whose period is over may be closed already or not: it is told as closed
 */
export function factsOn(stage: Stage, isSettled: boolean): string[] {
  const { contacts, customers, grants, events, emails } = stage.rows
  const given = grants.map((row) => ({
    who: stage.customerName(row.customer_id),
    offer: stage.offerName(row.offer_id),
    at: stage.hour(row.granted_at),
    from: stage.hour(row.starts_at),
    until: row.expires_at === null ? null : stage.hour(row.expires_at),
    gift: row.gift,
    ended: row.is_over && !isSettled ? ('expired' as const) : row.revoke_reason,
    isToClose: row.is_over && !isSettled,
  }))
  const recorded = events.map((row) => ({
    type: row.type,
    who: stage.contactName(row.contact_id),
    offer: row.offer_id === null ? undefined : stage.offerName(row.offer_id),
    reason: row.reason ?? undefined,
  }))
  const toRecord = given
    .filter(({ isToClose }) => isToClose)
    .map(({ who, offer }) => ({ type: 'access_expired', who, offer }))
  const written = emails.map((row) => ({ ...row, who: stage.contactName(row.contact_id), to: row.to_email }))
  return [
    ...contacts.map((row) => contactLine(stage.contactName(row.id), row)),
    ...customers.map((row) => customerLine(stage.contactName(row.contact_id), row)),
    ...given.map(grantLine),
    ...[...recorded, ...toRecord].map(eventLine),
    ...(isSettled ? written.map(emailLine) : []),
  ].sort()
}
