import { type RawBuilder, sql } from 'kysely'
import { parseBoolean, parseNumber } from '../../../platform/jsonapi/field-types.ts'
import { type Column, type ContactFilter, type ContactFilters, isCustomer, since } from './contact-filter.ts'

/** Whether something happened since a time. */
type Since = (contact: Column, from: Date) => RawBuilder<unknown>

const created: Since = (contact, from) => sql`${contact('created_at')} >= ${from}`
const joined: Since = (contact, from) => isCustomer(contact, sql`cu.created_at >= ${from}`)
const seen: Since = (contact, from) => isCustomer(contact, sql`cu.last_request_at >= ${from}`)
const bounced: Since = (contact, from) => isCustomer(contact, sql`cu.bounced_at >= ${from}`)
const delivered: Since = (contact, from) => sql`
  exists (select from emails e
           where e.site_id = ${contact('site_id')} and e.contact_id = ${contact('id')}
             and e.status = 'sent' and e.sent_at >= ${from})`

const inLast = (description: string, happened: Since): ContactFilter => ({
  description: `${description} in the last N days`,
  takes: 'days',
  build: (value, contact, scope) => ({ where: happened(contact, since(value, scope)) }),
})

const notInLast = (description: string, happened: Since) =>
  inLast(description, (contact, from) => sql`not ${happened(contact, from)}`)

const whether = (
  description: string,
  condition: (contact: Column) => RawBuilder<unknown>,
): ContactFilter => ({
  description: `${description}: true or false`,
  takes: 'flag',
  build: (value, contact) => ({
    where: parseBoolean(value) ? condition(contact) : sql`not ${condition(contact)}`,
  }),
})

/** The net revenue of a contact who is not a customer is 0. Where 0 matches, customers of another revenue are excluded. */
const netRevenue = (
  description: string,
  operator: '=' | '>' | '<',
  isTrueOf: (paid: number, amount: number) => boolean,
): ContactFilter => ({
  description: `Net revenue is ${description} this amount`,
  takes: 'number',
  build: (value, contact) => {
    const compared = sql`cu.net_revenue ${sql.raw(operator)} ${parseNumber(value)}::numeric`
    const where = isTrueOf(0, Number(value))
      ? sql`not ${isCustomer(contact, sql`not ${compared}`)}`
      : isCustomer(contact, compared)
    return { where }
  },
})

/** Filters by a contact's own data, and by that of its customer, if there is one. */
export const personFilters: ContactFilters = {
  created_in_last: { ...inLast('Created', created), isSelective: true },
  not_created_in_last: notInLast('Not created', created),
  joined_in_last: inLast('Became a customer', joined),
  active_in_last: inLast('Active on the members’ pages', seen),
  inactive_in_last: notInLast('Not active on the members’ pages', seen),
  subscribed: whether('Accepts marketing e-mails', (contact) => sql`${contact('subscribed')}`),
  // Whether somebody was before is not recorded.
  never_subscribed: whether(
    'Does not accept marketing e-mails',
    (contact) => sql`not ${contact('subscribed')}`,
  ),
  net_revenue_equal_to: netRevenue('exactly', '=', (paid, amount) => paid === amount),
  net_revenue_greater_than: netRevenue('more than', '>', (paid, amount) => paid > amount),
  net_revenue_less_than: netRevenue('less than', '<', (paid, amount) => paid < amount),
  delivered_email_in_last: inLast('An e-mail was handed to the mail server', delivered),
  not_delivered_email_in_last: notInLast('No e-mail was handed to the mail server', delivered),
  is_hard_bouncing: whether('The customer’s address is known to bounce', (contact) =>
    isCustomer(contact, sql`cu.bounced_at is not null`),
  ),
  bounced_in_last: inLast('The customer’s address began to bounce', bounced),
}
