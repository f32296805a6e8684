/** What each action does: for all runs of a site that have come to one, at once. */

import { type GrantOutcome, grantInTransaction, revokeInTransaction } from '../grants/grant-in-transaction.ts'
import { changeTaggings } from '../people/tags/change-taggings.ts'
import { ACTION_NAMES, type ActionName } from './actions.ts'
import { groupedBy } from './grouped-by.ts'
import { callWebhook, sendEmail } from './outbound-actions.ts'
import { type ClaimedRun, done, type Outcome, originOf, skipped, type Work } from './run.ts'
import { endOfWait } from './wait.ts'

type Take<Name extends ActionName> = (
  work: Work,
  siteId: string,
  runs: ClaimedRun<Name>[],
) => Promise<Outcome[]>

/** Does the next action of each run, in the transaction of the work. No contact stands in two of the runs. */
export async function takeSteps(work: Work, runs: ClaimedRun[]): Promise<Map<ClaimedRun, Outcome>> {
  const outcomes = new Map<ClaimedRun, Outcome>()
  const byAction = Map.groupBy(runs, ({ action }) => action.action)
  // Everybody in this order, and what is locked for a whole site, its budget and its hooks, last.
  for (const name of ACTION_NAMES) {
    for (const group of groupedBy(byAction.get(name) ?? [], ({ siteId }) => siteId)) {
      const taken = await (takers[name] as Take<ActionName>)(work, group[0]!.siteId, group)
      for (const [index, run] of group.entries()) outcomes.set(run, taken[index]!)
    }
  }
  return outcomes
}

const takers: { [Name in ActionName]: Take<Name> } = {
  grant_offer: grantOffer,
  revoke_offer: revokeOffer,
  deactivate_offer: revokeOffer,
  add_tag: (...step) => changeTag('add', ...step),
  remove_tag: (...step) => changeTag('remove', ...step),
  send_email: sendEmail,
  call_webhook: callWebhook,
  wait: async ({ now }, _, runs) =>
    runs.map(({ action }) => {
      const nextAt = endOfWait(now, action)
      return { state: 'done', detail: { until: nextAt }, nextAt, reason: 'wait' }
    }),
  stop: async (_work, _siteId, runs) => runs.map(() => done({})),
}

async function grantOffer(
  { tx, now }: Work,
  siteId: string,
  runs: ClaimedRun<'grant_offer'>[],
): Promise<Outcome[]> {
  const grants = runs.map((run) => {
    const { action: _, offer_id, ...flags } = run.action
    return {
      contactId: run.contactId,
      offerIds: [offer_id],
      origin: originOf(run, now),
      source: 'automation' as const,
      ...flags,
    }
  })
  const outcomes = await grantInTransaction(tx, siteId, grants, now)
  return outcomes.map((outcome, index) => outcomeOfGrant(outcome, runs[index]!.action.offer_id))
}

function outcomeOfGrant(outcome: GrantOutcome, offerId: string): Outcome {
  switch (outcome.error) {
    case 'subject_not_found':
      return { state: 'stopped', reason: 'contact_deleted' }
    // That it exists was seen when the automation was written, and none is ever removed.
    case 'offer_not_found':
      return skipped('offer_archived')
    case 'email_taken':
      return skipped('email_taken')
  }
  const granted = outcome.granted[offerId]
  return granted ? done(granted) : skipped('unchanged')
}

async function revokeOffer(
  { tx, now }: Work,
  siteId: string,
  runs: ClaimedRun<'revoke_offer' | 'deactivate_offer'>[],
): Promise<Outcome[]> {
  const changes = runs.map((run) => ({
    contactId: run.contactId,
    offerIds: [run.action.offer_id],
    origin: originOf(run, now),
  }))
  const revoked = await revokeInTransaction(tx, siteId, changes, now)
  return revoked.map((offerIds) => (offerIds.length > 0 ? done({}) : skipped('unchanged')))
}

async function changeTag(
  mode: 'add' | 'remove',
  { tx, now }: Work,
  siteId: string,
  runs: ClaimedRun<'add_tag' | 'remove_tag'>[],
): Promise<Outcome[]> {
  const changes = runs.map((run) => ({
    contactId: run.contactId,
    tagIds: [run.action.tag_id],
    origin: originOf(run, now),
  }))
  const changed = await changeTaggings(tx, mode, siteId, changes)
  const eventIds = new Map(changed.map(({ index, eventId }) => [index, eventId]))
  return runs.map((_, index) => {
    const event_id = eventIds.get(index)
    return event_id === undefined ? skipped('unchanged') : done({ event_id })
  })
}
