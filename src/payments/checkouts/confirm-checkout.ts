import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from '../../platform/app.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { connectedAccount } from '../accounts/selling-account.ts'
import { readNow } from '../read-now.ts'
import { explain } from '../stripe/errors.ts'
import { type Checkout, findCheckout } from './find-checkout.ts'

const realNow = () => systemClock.now().getTime()

/** How long a page waits for a payment to be known. */
const WAIT_MS = 3_000
const PAUSE_MS = 500

/**
 * A checkout from which somebody comes back, as it is when the provider was asked: for up to three seconds, until it is
 * more than open.
 *
 * @returns null when there is none
 */
export async function confirmCheckout(app: App, siteId: string, token: string): Promise<Checkout | null> {
  const until = realNow() + WAIT_MS
  let checkout = await findCheckout(app.db, siteId, token)
  const account = await connectedAccount(app.db, siteId, checkout?.provider_account_id ?? null)
  if (!checkout?.session_id || !account) return checkout
  const { session_id: session } = checkout
  while (checkout && isUndecided(checkout)) {
    const wasPending = checkout.state === 'pending'
    const read = readNow(app, account, 'session', session).catch((error) =>
      app.log.warn({ problem: explain(error), account: account.id }, 'a checkout could not be read'),
    )
    // What takes longer is recorded all the same.
    await Promise.race([read, sleep(Math.max(0, until - realNow()), null, { ref: false })])
    checkout = await findCheckout(app.db, siteId, token)
    // A bank takes days.
    if (wasPending || realNow() + PAUSE_MS >= until) break
    if (checkout?.state === 'open') await sleep(PAUSE_MS)
  }
  return checkout
}

const isUndecided = ({ state }: Checkout) => state === 'open' || state === 'pending'

/** Notes that whoever bought is sent a link. @returns false when that was done before */
export async function noteLinkSent({ db, clock }: App, { site_id, id }: Checkout): Promise<boolean> {
  const noted = await db
    .updateTable('checkouts')
    .set({ link_sent_at: clock.now() })
    .where('id', '=', id)
    .where('site_id', '=', site_id)
    .where('link_sent_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return noted !== undefined
}
