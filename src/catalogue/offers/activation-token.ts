import { timingSafeEqual } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { App } from '../../platform/app.ts'
import type { Tx } from '../../platform/db/database.ts'
import type { Offers } from '../../platform/db/types.ts'
import { ApiError } from '../../platform/jsonapi/errors.ts'
import { isId } from '../../platform/jsonapi/identifiers.ts'
import type { Scope } from '../../platform/jsonapi/resource.ts'
import { lockOne } from '../../platform/records/lock-one.ts'
import { hashSecret, randomSecret } from '../../platform/secrets/secrets.ts'
import { offerRecords } from './offers.resource.ts'

/** Hours for which activation URLs stay valid after they were replaced, unless the request says otherwise. */
export const KEEP_OLD_HOURS = 24
export const MOST_KEEP_OLD_HOURS = 720
const MOST_FORMER = 10

/** @throws Error that says what it must be */
export function parseKeepOldHours(given: string): number {
  const hours = Number(given)
  if (/^\d+$/.test(given) && hours <= MOST_KEEP_OLD_HOURS) return hours
  throw new Error(`must be a whole number of hours from 0 to ${MOST_KEEP_OLD_HOURS}`)
}

export interface ActivationUrls {
  activate_url: string
  deactivate_url: string
  /** Until when URLs before these are valid; null: there are none. */
  previous_valid_until: Date | null
}

/**
 * The activation URLs of an offer; they are made when there are none.
 *
 * @param siteIds the caller's
 * @param keepOldHours others take their place, and the old ones stay valid for so many hours, as do others before them
 *   for theirs; 0: all of those end now. Undefined: they are not replaced
 * @throws ApiError 404; 409 while ten earlier ones are valid
 */
export async function activationUrls(
  app: App,
  tx: Tx,
  { siteIds, baseUrl }: Pick<Scope, 'siteIds' | 'baseUrl'>,
  offerId: string,
  keepOldHours?: number,
): Promise<ActivationUrls> {
  // An archived offer can still be revoked there.
  const rows = { ...offerRecords, ending: null }
  const offer = await lockOne<Offer>(tx, rows, siteIds, offerId)
  const { activation_token: current } = offer
  if (current !== null && keepOldHours !== undefined) await keepFormer(app, tx, offer, current, keepOldHours)
  const isKept = current !== null && keepOldHours === undefined
  const token = isKept ? app.sealer.unseal(current) : await newToken(app, tx, offer)
  const url = `${baseUrl}/webhooks/offers/${token}/${offerId}`
  const previous_valid_until = await formerEnd(app, tx, offer)
  return { activate_url: `${url}/activate`, deactivate_url: `${url}/deactivate`, previous_valid_until }
}

type Offer = Pick<Selectable<Offers>, 'site_id' | 'id' | 'activation_token'>

async function newToken({ sealer, clock }: App, tx: Tx, { site_id, id }: Offer): Promise<string> {
  const token = randomSecret()
  await tx
    .updateTable('offers')
    .set({ activation_token: sealer.seal(token), updated_at: clock.now() })
    .where('site_id', '=', site_id)
    .where('id', '=', id)
    .execute()
  return token
}

async function keepFormer(
  { clock }: App,
  tx: Tx,
  { site_id, id }: Offer,
  token: string,
  hours: number,
): Promise<void> {
  const now = clock.now()
  await tx
    .deleteFrom('former_activation_tokens')
    .where('site_id', '=', site_id)
    .where('offer_id', '=', id)
    .$if(hours > 0, (query) => query.where('valid_until', '<=', now))
    .execute()
  if (hours === 0) return
  const former = await tx
    .selectFrom('former_activation_tokens')
    .select('id')
    .where('site_id', '=', site_id)
    .where('offer_id', '=', id)
    .execute()
  if (former.length >= MOST_FORMER)
    throw new ApiError(
      409,
      'too_many_rotations',
      `${MOST_FORMER} earlier activation URLs of the offer ${id} are still valid. Rotate with keep_old_valid_for_hours=0 to end them all.`,
    )
  const valid_until = new Date(now.getTime() + hours * 3_600_000)
  await tx
    .insertInto('former_activation_tokens')
    .values({ site_id, offer_id: id, token, valid_until })
    .execute()
}

async function formerEnd({ clock }: App, tx: Tx, { site_id, id }: Offer): Promise<Date | null> {
  const { ends } = await tx
    .selectFrom('former_activation_tokens')
    .select((eb) => eb.fn.max('valid_until').as('ends'))
    .where('site_id', '=', site_id)
    .where('offer_id', '=', id)
    .where('valid_until', '>', clock.now())
    .executeTakeFirstOrThrow()
  return ends
}

export interface ActivatedOffer {
  site_id: string
  id: string
}

/** The offer of an address, or null; the time it takes does not depend on how close a guess is. */
export async function findByActivationToken(
  { db, sealer, clock }: App,
  token: string,
  offerId: string,
): Promise<ActivatedOffer | null> {
  if (!isId(offerId)) return null
  // Sites that were brought along from elsewhere may have the same ids.
  const offers = await db
    .selectFrom('offers')
    .select(['site_id', 'id', 'activation_token as token'])
    .where('id', '=', offerId)
    .where('activation_token', 'is not', null)
    .unionAll(
      db
        .selectFrom('former_activation_tokens')
        .select(['site_id', 'offer_id as id', 'token'])
        .where('offer_id', '=', offerId)
        .where('valid_until', '>', clock.now()),
    )
    .execute()
  const given = hashSecret(token)
  const [found = null] = offers.filter(({ token: sealed }) =>
    timingSafeEqual(hashSecret(sealer.unseal(sealed!)), given),
  )
  return found && { site_id: found.site_id, id: found.id }
}
