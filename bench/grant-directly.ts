import { changeOffers } from '../src/grants/change-offers.ts'
import type { BenchDatabase } from './database.ts'

/** Grants the offer to a contact by the database function, without HTTP, as a request with a token does. */
export type GrantDirectly = (contactId: number) => Promise<void>

export async function directGrants({ app, account, offerId }: BenchDatabase): Promise<GrantDirectly> {
  const claims = (await app.tokens.verifyAccess(account.token))!
  const caller = {
    account_id: claims.accountId,
    permission: 'manage:grants',
    key_id: claims.keyId,
    family_id: claims.familyId,
    epoch: claims.epoch,
  }
  return async (contactId) => {
    const outcome = await changeOffers(app, {
      mode: 'grant',
      caller,
      subject: { door: 'contacts', id: String(contactId) },
      offerIds: [offerId],
      options: { source: 'api', request_id: null },
      idempotency: null,
    })
    if (outcome.error !== undefined || outcome.offers?.[0]?.status !== 'granted')
      throw new Error(`not granted: ${JSON.stringify(outcome)}`)
  }
}
