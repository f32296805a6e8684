import { RENEWALS, type Renewal } from '../../grants/change-offers.ts'
import { unknownOffers } from '../../grants/find-offers.ts'
import { type GrantOutcome, grantInTransaction } from '../../grants/grant-in-transaction.ts'
import { explainPeriod } from '../../grants/read-renewal.ts'
import { emailTaken, offerNotFound, subjectNotFound } from '../../grants/refusals.ts'
import { choice, flag } from '../../platform/jsonapi/fields.ts'
import type { BulkKind, RowOutcome, Settings } from '../bulk-kind.ts'
import { endOfAccess, idList, isOver } from '../members.ts'
import { failure } from '../row-failure.ts'

interface GrantSettings extends Settings {
  offer_ids?: string[]
  send_customer_welcome_email?: boolean
  send_offer_grant_email?: boolean
  renew?: Renewal
  /** ISO 8601, or a day of the site. */
  expires_at?: string | null
}

export const bulkGrants: BulkKind<GrantSettings> = {
  name: 'grants',
  summary: 'Grant offers to many contacts',
  description:
    'Each row grants offers to one contact, as `POST /v1/contacts/{id}/relationships/offers` does. An e-mail that the site does not know becomes a contact, unless `meta.create_contacts` is false. The status of a row is then `granted`, `renewed` (held already, and its end of access was changed), `already_granted` or `failed`.',
  records: ['contact_created', 'customer_created', 'offer_granted', 'access_extended', 'access_changed'],
  needs: ['manage:grants'],
  createsContacts: true,
  members: {
    offer_ids: idList('offer'),
    send_customer_welcome_email: flag,
    send_offer_grant_email: flag,
    renew: choice(RENEWALS),
    expires_at: endOfAccess,
  },
  notInExample: ['send_offer_grant_email', 'renew', 'expires_at'],
  outcomes: ['granted', 'renewed', 'already_granted'],
  problemWith({ offer_ids = [], renew, expires_at }, now) {
    if (offer_ids.length === 0) return 'names no offer: send offer_ids, in the row or in meta'
    if (renew && expires_at !== undefined) return 'has both renew and expires_at: send one of them'
    if (expires_at && isOver(expires_at, now)) return 'has an expires_at that is not in the future'
    return null
  },
  named: ({ offer_ids = [] }) => ({ offer_ids }),
  findUnknown: (tx, siteId, ids) => unknownOffers(tx, siteId, ids, { grantable: true }),
  unknown: (id) => `offer with the id ${id} that can be granted here`,
  async perform(tx, { siteId, source, origin }, rows) {
    const changes = rows.map(({ contactId, settings: { offer_ids = [], ...options } }) => ({
      ...options,
      contactId,
      offerIds: offer_ids,
      source,
      origin,
    }))
    const outcomes = await grantInTransaction(tx, siteId, changes, origin.now)
    return outcomes.map((outcome, index) => outcomeOf(outcome, changes[index]!))
  },
  unchanged: (_, { result }) =>
    (result as { offers: { id: string; status: string }[] }).offers
      .filter(({ status }) => status === 'already_granted')
      .map(({ id }) => ({ effect: 'offer_granted', reason: 'already_granted', offer_id: id })),
  explain: explainPeriod,
}

function outcomeOf(
  outcome: GrantOutcome,
  { contactId, offerIds }: { contactId: string; offerIds: string[] },
): RowOutcome {
  switch (outcome.error) {
    case 'subject_not_found':
      return failure(subjectNotFound({ parent: 'contacts', id: contactId }))
    case 'offer_not_found':
      return failure(offerNotFound(outcome.unknown_offer_id, 'grant', ''))
    case 'email_taken':
      return failure(emailTaken())
  }
  const offers = [...new Set(offerIds)].map((id) => ({
    id,
    status: outcome.granted[id] ? 'granted' : outcome.renewed[id] ? 'renewed' : 'already_granted',
    ...(outcome.granted[id] ?? outcome.renewed[id]),
  }))
  const status = ['granted', 'renewed'].find((word) => offers.some((offer) => offer.status === word))
  return { status: status ?? 'already_granted', result: { offers } }
}
