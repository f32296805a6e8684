/** The automation and hooks that react to a grant. */
import { join } from 'node:path'
import { makeAutomation, makeTag, makeTemplate } from '../src/testing/automations.ts'
import { makeOffer } from '../src/testing/fixtures.ts'
import { makeHook } from '../src/testing/hooks.ts'
import type { BenchDatabase } from './database.ts'
import type { ReceiverReport } from './figures/receiver.ts'
import { startHelper } from './processes.ts'

/** The setting that lets a worker reach a receiver on this machine. */
export const REACH = { ALLOW_PRIVATE_TARGETS: 'on' }

export interface Receiver {
  url: string
  report: () => Promise<ReceiverReport>
  stop: () => Promise<void>
}

/** A receiver that responds at once. */
export async function startReceiver(): Promise<Receiver> {
  const helper = startHelper(join(import.meta.dirname, 'figures', 'receiver.ts'))
  const { port } = await helper.ask<{ port: number }>({ listen: true })
  return {
    url: `http://127.0.0.1:${port}/`,
    report: () => helper.ask<ReceiverReport>({ listen: false }),
    stop: helper.stop,
  }
}

/** An automation for grants of the offer, with each of the most common actions. */
export async function automate({ app, account, offerId }: BenchDatabase, targetUrl: string): Promise<void> {
  const { siteId } = account
  const tagId = await makeTag(app, siteId)
  await makeAutomation(app, siteId, {
    trigger: { event: 'offer_granted', resource_id: offerId },
    actions: [
      { action: 'add_tag', tag_id: tagId },
      { action: 'grant_offer', offer_id: await makeOffer(app, siteId) },
      { action: 'send_email', template_id: await makeTemplate(app, siteId) },
      { action: 'call_webhook', hook_id: await makeHook(app, siteId, { targetUrl }) },
      { action: 'remove_tag', tag_id: tagId },
    ],
  })
  // As many e-mails as there are contacts: the budget is not measured.
  await app.db.updateTable('sites').set({ automation_emails_per_hour: 10_000_000 }).execute()
}

/** The number of pending effects of events. */
export async function countBacklog({ app }: BenchDatabase): Promise<number> {
  const { rows } = await app.pool.query<{ backlog: number }>(
    `select ((select count(*) from events where dispatched_at is null)
           + (select count(*) from emails where status = 'pending')
           + (select count(*) from automation_runs where status = 'active')
           + (select count(*) from webhook_deliveries where status = 'pending'))::int as backlog`,
  )
  return rows[0]!.backlog
}
