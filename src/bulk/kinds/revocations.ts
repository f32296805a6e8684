import { unknownOffers } from '../../grants/find-offers.ts'
import { revokeInTransaction } from '../../grants/grant-in-transaction.ts'
import type { BulkKind, Settings } from '../bulk-kind.ts'
import { idList } from '../members.ts'

interface RevocationSettings extends Settings {
  offer_ids?: string[]
}

export const bulkRevocations: BulkKind<RevocationSettings> = {
  name: 'revocations',
  summary: 'Revoke offers from many contacts',
  description:
    'Each row revokes offers from one contact, as `DELETE /v1/contacts/{id}/relationships/offers` does. The status of a row is then `revoked`, `not_held` or `failed`.',
  records: ['offer_revoked', 'purchase_deactivated'],
  needs: ['manage:grants'],
  createsContacts: false,
  members: { offer_ids: idList('offer') },
  notInExample: [],
  outcomes: ['revoked', 'not_held'],
  problemWith: ({ offer_ids = [] }) =>
    offer_ids.length === 0 ? 'names no offer: send offer_ids, in the row or in meta' : null,
  named: ({ offer_ids = [] }) => ({ offer_ids }),
  findUnknown: (tx, siteId, ids) => unknownOffers(tx, siteId, ids, { grantable: false }),
  unknown: (id) => `offer with the id ${id} on the site`,
  async perform(tx, { siteId, origin }, rows) {
    const changes = rows.map(({ contactId, settings: { offer_ids = [] } }) => ({
      contactId,
      offerIds: offer_ids,
      origin,
    }))
    const revoked = await revokeInTransaction(tx, siteId, changes, origin.now)
    return revoked.map((ids) => ({
      status: ids.length > 0 ? 'revoked' : 'not_held',
      result: { revoked: ids },
    }))
  },
  unchanged({ offer_ids = [] }, { result }) {
    const { revoked } = result as { revoked: string[] }
    return [...new Set(offer_ids)]
      .filter((id) => !revoked.includes(id))
      .map((id) => ({ effect: 'offer_revoked', reason: 'not_held', offer_id: id }))
  },
}
