import { zoneOf } from '../accounts/sites/zone-of.ts'
import type { Viewer } from '../automations/describe-steps.ts'
import {
  type ChangedOffers,
  type ChangeOffers,
  type ChangeOutcome,
  changeOffersIn,
} from '../grants/change-offers.ts'
import type { App } from '../platform/app.ts'
import { anyOf, type Tx } from '../platform/db/database.ts'
import { inDryRun } from '../platform/events/dry-run.ts'
import { namesOf } from '../platform/references/names-of.ts'
import { timeInWords } from '../platform/text/times.ts'
import { accessInWords } from './describe-changes.ts'
import { describeEffects } from './describe-effects.ts'
import type { Effect } from './effect.ts'

/** The outcome of a change that was not made, without the ids of what does not exist, and its effects. */
export interface DryOutcome {
  outcome: ChangeOutcome
  /** Empty when the change would be refused. */
  effects: Effect[]
}

/**
 * Finds out what changeOffers() would do: the same database function, in a transaction of its own that is rolled back.
 * Nothing is written, and the Idempotency-Key is not used up.
 */
export const dryRunOffers = (app: App, change: ChangeOffers, viewer: Viewer): Promise<DryOutcome> =>
  inDryRun(app.db, async (run) => {
    const changed = await changeOffersIn(run.tx, { ...change, idempotency: null }, app.clock.now())
    if (changed.outcome.error !== undefined) return { outcome: changed.outcome, effects: [] }
    const unchanged = await describeUnchanged(run.tx, change, changed, app.clock.now())
    return {
      outcome: withoutNewIds(changed.outcome),
      effects: await describeEffects(app, run, viewer, unchanged),
    }
  })

function withoutNewIds(outcome: Extract<ChangeOutcome, { error?: undefined }>): ChangeOutcome {
  const { customer_id, customer_created, offers } = outcome
  return {
    ...outcome,
    customer_id: customer_created ? null : customer_id,
    customer_event_id: null,
    offers: offers?.map(({ grant_id: _, event_id: __, ...offer }) => offer),
  }
}

/** Offers that are held already, or are not held. */
async function describeUnchanged(
  tx: Tx,
  { mode, offerIds }: ChangeOffers,
  { outcome, siteId, customerId }: ChangedOffers,
  now: Date,
): Promise<Effect[]> {
  if (outcome.error !== undefined) return []
  const held = (outcome.offers ?? []).filter(({ status }) => status === 'already_granted').map(({ id }) => id)
  const ids = mode === 'revoke' ? [...new Set(offerIds)].filter((id) => !outcome.revoked.includes(id)) : held
  if (ids.length === 0) return []
  const nameOf = await namesOf(
    tx,
    siteId,
    ids.map((id) => ({ type: 'offers', id })),
  )
  const grants = await readGrants(tx, siteId, customerId, mode === 'revoke' ? [] : ids)
  const zone = await zoneOf(tx, siteId)
  return ids.map((id): Effect => {
    const offer = `"${nameOf({ type: 'offers', id })}"`
    const common = { happens: false, at: now.toISOString(), offer_id: id }
    const grant = grants.get(id)
    if (!grant)
      return {
        ...common,
        effect: 'offer_revoked',
        reason: 'not_held',
        sentence: `The offer ${offer} would not be revoked: it is not held.`,
      }
    return {
      ...common,
      effect: 'offer_granted',
      reason: 'already_granted',
      starts_at: grant.starts_at.toISOString(),
      expires_at: grant.expires_at?.toISOString() ?? null,
      sentence: `The offer ${offer} would not be granted: it is held already, by a grant of ${timeInWords(grant.granted_at, zone)} (${grant.granted_by}), ${accessInWords(grant, now, zone)}.`,
    }
  })
}

async function readGrants(tx: Tx, siteId: string, customerId: string | null, offerIds: string[]) {
  const rows = await tx
    .selectFrom('offer_grants')
    .select(['offer_id', 'granted_at', 'granted_by', 'starts_at', 'expires_at'])
    .where('site_id', '=', siteId)
    .where('customer_id', '=', customerId)
    .where('offer_id', '=', anyOf(offerIds))
    .where('revoked_at', 'is', null)
    .execute()
  return new Map(rows.map((row) => [row.offer_id, row]))
}
