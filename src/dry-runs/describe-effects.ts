import type { Viewer } from '../automations/describe-steps.ts'
import type { App } from '../platform/app.ts'
import type { DryRun } from '../platform/events/dry-run.ts'
import { describeAutomations } from './describe-automations.ts'
import { describeChanges } from './describe-changes.ts'
import { describeEmails } from './describe-emails.ts'
import { describeWebhooks } from './describe-webhooks.ts'
import type { Effect } from './effect.ts'
import { previewReactions } from './preview-reactions.ts'

/**
 * What a change would do that was made in a dry run, in the order in which it would happen: the change itself, then
 * e-mails, webhooks, and automations with their steps. The change is of one site. Further effects of the
 * steps of automations are left out.
 *
 * @param unchanged what the change does not do, although it was asked to
 */
export async function describeEffects(
  app: App,
  { tx, recorded }: DryRun,
  viewer: Viewer,
  unchanged: Effect[] = [],
): Promise<Effect[]> {
  const events = await recorded()
  if (events.length === 0) return unchanged
  const now = app.clock.now()
  const changes = await describeChanges(tx, events)
  const { emails, deliveries, runs } = await previewReactions(tx, events, now)
  return [
    ...changes,
    ...unchanged,
    ...(await describeEmails(app, tx, events, emails, viewer)),
    ...(await describeWebhooks(tx, events, deliveries, viewer, now)),
    ...(await describeAutomations(app, tx, events, runs, viewer)),
  ]
}
