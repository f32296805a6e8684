import { timingSafeEqual } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { App } from '../../platform/app.ts'
import type { Tx } from '../../platform/db/database.ts'
import type { Offers } from '../../platform/db/types.ts'
import { isId } from '../../platform/jsonapi/identifiers.ts'
import { lockOne } from '../../platform/records/lock-one.ts'
import { hashSecret, randomSecret } from '../../platform/secrets/secrets.ts'
import { offerRecords } from './offers.resource.ts'

/**
 * The secret part of the address under which an offer is given away; makes one when there is none.
 *
 * @param siteIds the caller's
 * @param isRotated another one takes its place, and the old address is none any more
 * @throws ApiError 404
 */
export async function activationToken(
  { sealer, clock }: App,
  tx: Tx,
  siteIds: string[],
  offerId: string,
  isRotated: boolean,
): Promise<string> {
  // An archived offer can still be revoked there.
  const rows = { ...offerRecords, ending: null }
  const offer = await lockOne<Selectable<Offers>>(tx, rows, siteIds, offerId)
  if (offer.activation_token !== null && !isRotated) return sealer.unseal(offer.activation_token)
  const token = randomSecret()
  await tx
    .updateTable('offers')
    .set({ activation_token: sealer.seal(token), updated_at: clock.now() })
    .where('site_id', '=', offer.site_id)
    .where('id', '=', offerId)
    .execute()
  return token
}

export interface ActivatedOffer {
  site_id: string
  id: string
}

/** The offer of an address, or null; the time it takes does not depend on how close a guess is. */
export async function findByActivationToken(
  { db, sealer }: App,
  token: string,
  offerId: string,
): Promise<ActivatedOffer | null> {
  if (!isId(offerId)) return null
  // Sites that were brought along from elsewhere may have the same ids.
  const offers = await db
    .selectFrom('offers')
    .select(['site_id', 'id', 'activation_token'])
    .where('id', '=', offerId)
    .where('activation_token', 'is not', null)
    .execute()
  const given = hashSecret(token)
  const [found = null] = offers.filter(({ activation_token }) =>
    timingSafeEqual(hashSecret(sealer.unseal(activation_token!)), given),
  )
  return found && { site_id: found.site_id, id: found.id }
}
