import { sql } from 'kysely'
import { parseBoolean } from '../../../platform/jsonapi/field-types.ts'
import { type ContactFilter, type ContactFilters, since } from './contact-filter.ts'

const NOBODY = sql`false`
const EVERYBODY = sql`true`

const nobody = (description: string): ContactFilter => ({ description, build: () => ({ where: NOBODY }) })

const everybody = (description: string): ContactFilter => ({
  description,
  build: () => ({ where: EVERYBODY }),
})

/** The same filter, with a value that must be a number of days. */
const inDays = ({ description, build }: ContactFilter): ContactFilter => ({
  description: `${description} in the last N days`,
  takes: 'days',
  build: (value, contact, scope) => {
    since(value, scope)
    return build(value, contact, scope)
  },
})

/** The same filter, with a value that must be one id or several. */
const ofId = ({ description, build }: ContactFilter): ContactFilter => ({
  description,
  build: (value, contact, scope) => {
    if (value === '') throw new Error('is empty; it must be an id')
    return build(value, contact, scope)
  },
})

/**
 * Filters by things that do not exist or are not recorded here: positive ones match nobody, negative ones everybody.
 * Once one of these things is recorded, its filter gets a real query.
 */
export const unknownFilters: ContactFilters = {
  is_hidden: {
    description: 'Hidden: true or false; no contact is hidden',
    takes: 'flag',
    build: (value) => ({ where: parseBoolean(value) ? NOBODY : EVERYBODY }),
  },
  registered_event_id: ofId(nobody('Registered for this event')),
  not_registered_event_id: ofId(everybody('Did not register for this event')),
  completed_assessment_id: ofId(nobody('Completed this assessment')),
  passed_assessment_id: ofId(nobody('Passed this assessment')),
  failed_assessment_id: ofId(nobody('Failed this assessment')),
  subscribed_in_last: inDays(nobody('Opted in to marketing e-mails')),
  unsubscribed_in_last: inDays(nobody('Opted out of marketing e-mails')),
  manually_unsubscribed_in_last: inDays(nobody('Was unsubscribed manually')),
  opted_out_in_last: inDays(nobody('Opted out')),
  complained_in_last: inDays(nobody('Reported an e-mail as spam')),
  opened_email_in_last: inDays(nobody('Opened an e-mail')),
  not_opened_email_in_last: inDays(everybody('Did not open an e-mail')),
  clicked_email_in_last: inDays(nobody('Clicked a link in an e-mail')),
  not_clicked_email_in_last: inDays(everybody('Did not click a link in an e-mail')),
  sent_email_broadcast_id: ofId(nobody('Was sent this broadcast')),
  no_sent_email_broadcast_id: ofId(everybody('Was not sent this broadcast')),
  no_sent_email_broadcast_ids: ofId(everybody('Was not sent any of these broadcasts')),
  no_delivered_email_broadcast_id: ofId(everybody('Did not receive this broadcast')),
  opened_email_broadcast_id: ofId(nobody('Opened this broadcast')),
  no_opened_email_broadcast_id: ofId(everybody('Did not open this broadcast')),
  clicked_email_broadcast_id: ofId(nobody('Clicked a link in this broadcast')),
  no_clicked_email_broadcast_id: ofId(everybody('Did not click a link in this broadcast')),
  bounced_email_broadcast_id: ofId(nobody('This broadcast bounced')),
  no_bounced_email_broadcast_id: ofId(everybody('This broadcast did not bounce')),
  dropped_email_broadcast_id: ofId(nobody('This broadcast was dropped')),
  no_dropped_email_broadcast_id: ofId(everybody('This broadcast was not dropped')),
  subscribed_email_sequence_id: ofId(nobody('Subscribed to this sequence')),
  not_subscribed_email_sequence_id: ofId(everybody('Not subscribed to this sequence')),
  subscribed_newsletter_id: ofId(nobody('Subscribed to this newsletter')),
  unsubscribed_newsletter_id: ofId(nobody('Unsubscribed from this newsletter')),
  healthy_contacts_with_open_data: nobody('Opens e-mails often'),
  passive_contacts_with_open_data: nobody('Opens e-mails sometimes'),
  unengaged_contacts_with_open_data: nobody('Rarely opens e-mails'),
  inactive_contacts_with_open_data: nobody('Stopped opening e-mails'),
}
