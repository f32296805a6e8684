/** kill -9 of servers and workers while a payment provider sends its notifications, shuffled and repeated. */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type Stripe from 'stripe'
import { webhookPath } from '../../src/payments/accounts/provider-account.ts'
import type { App } from '../../src/platform/app.ts'
import { systemClock } from '../../src/platform/clock/clock.ts'
import { openDatabase } from '../../src/platform/db/database.ts'
import { sealer } from '../../src/platform/secrets/sealing.ts'
import { type FakeStripe, sendEvent, startFakeStripe } from '../../src/testing/stripe/fake-stripe.ts'
import { STRIPE_TEST_KEY } from '../../src/testing/stripe/keys.ts'
import { accountOfSite, beginCheckout, MONTHLY } from '../../src/testing/stripe/shop.ts'
import { type Running, until } from '../launch.ts'
import { fetchToken } from './account.ts'
import type { Fault } from './crashes/faults.ts'
import { fleetSettings } from './fleet.ts'
import { type Random, seededRandom } from './random.ts'
import type { Trial } from './trial.ts'
import {
  countBy,
  type Findings,
  findings,
  missed,
  resultOf,
  send,
  type TrialEnvironment,
  untilDispatched,
  violatedInvariants,
  withTrialEnvironment,
} from './trial-environment.ts'

export interface PaymentsPlan {
  seed: number
  /** Every third is a subscription, which is renewed once. */
  checkouts: number
  kills: number
  killEveryMs: number
  /** Time limit for what is stored to be processed after the last kill. */
  settleMs: number
  fault?: Fault
  log: (line: string) => void
}

const FULL: Omit<PaymentsPlan, 'seed' | 'log'> = {
  checkouts: 600,
  kills: 20,
  killEveryMs: 4_000,
  settleMs: 600_000,
}

export const SHORT: Omit<PaymentsPlan, 'seed' | 'log'> = {
  checkouts: 30,
  kills: 3,
  killEveryMs: 1_500,
  settleMs: 300_000,
}

export const paymentsTrial: Trial = {
  name: 'payments',
  summary: 'kill -9 of servers and workers while Stripe sends notifications: each sale is recorded once',
  run: async ({ seed, isShort, log }) =>
    resultOf(await runPayments({ ...(isShort ? SHORT : FULL), seed, log })),
}

export interface PaymentsReport extends Findings {
  seed: number
  kills: number
  notifications: number
  unanswered: number
}

export const runPayments = (plan: PaymentsPlan): Promise<PaymentsReport> =>
  withTrialEnvironment(0, async (environment) => {
    const stripe = await startFakeStripe()
    try {
      return await sellThroughKills(environment, stripe, plan)
    } finally {
      await stripe.close()
    }
  })

async function sellThroughKills(
  environment: TrialEnvironment,
  stripe: FakeStripe,
  plan: PaymentsPlan,
): Promise<PaymentsReport> {
  const { database, postgres } = environment
  const random = seededRandom(plan.seed, 'kills')
  const settings = { STRIPE_API_URL: stripe.url }
  const running = {
    serve: await environment.start('serve', undefined, settings),
    worker: await environment.start('worker', undefined, settings),
  }
  await connect(environment, running.serve)
  const sessions = await openCheckouts(environment, stripe, plan.checkouts)
  const backgroundFault = await plan.fault?.plant?.(postgres.url)
  try {
    const events = shuffle(happen(stripe, sessions), random)
    let unanswered = 0
    const killing = killAll(environment, running, random, plan, settings)
    const sending = async () => {
      for (let event = events.pop(); event; event = events.pop()) {
        const isKept = await deliver(stripe, running, event)
        if (isKept) continue
        // As Stripe does, until it is answered.
        unanswered += 1
        events.unshift(event)
        await sleep(50)
      }
    }
    await Promise.all([killing, ...Array.from({ length: 4 }, sending)])
    plan.log(`${plan.kills} kills, ${unanswered} notifications without an answer`)
    await settle(database, plan.settleMs)
    await untilDispatched(database)
    const faults = [
      ...(await faultsOf(database, plan)),
      ...(await violatedInvariants(postgres.url)),
      ...missed('a kill interrupts a notification', plan.kills === 0 || unanswered > 0),
    ]
    const notifications = stripe.state.events.length
    return findings(faults, { seed: plan.seed, kills: plan.kills, notifications, unanswered })
  } finally {
    await backgroundFault?.end()
  }
}

async function connect({ account, database }: TrialEnvironment, { ready }: Running): Promise<void> {
  const token = await fetchToken(ready.url!, account)
  const attributes = { provider: 'stripe', secret_key: STRIPE_TEST_KEY }
  const body = { data: { type: 'provider_accounts', attributes } }
  await send(ready.url!, { token, path: '/v1/provider_accounts', body })
  await until(async () => {
    const { rowCount } = await database.query('select from provider_accounts where connected_at is not null')
    return rowCount === 1
  })
}

async function openCheckouts(
  { account, postgres }: TrialEnvironment,
  stripe: FakeStripe,
  count: number,
): Promise<string[]> {
  const { kysely, close } = openDatabase(postgres.url, { size: 2, name: 'payments trial' })
  const app = {
    db: kysely,
    clock: systemClock,
    config: { STRIPE_API_URL: stripe.url },
    sealer: sealer([fleetSettings('').SECRET_KEY!]),
  } as unknown as App
  const connected = await accountOfSite(app, account.siteId)
  const offerId = account.offers[0]!
  const sessions: string[] = []
  for (let index = 0; index < count; index++)
    sessions.push(
      (await beginCheckout({ app }, connected, { offerId, ...(index % 3 === 0 && MONTHLY) })).session,
    )
  await close()
  return sessions
}

/** Everybody pays, and each subscription is renewed. @returns the notifications, each twice */
function happen(stripe: FakeStripe, sessions: string[]): Stripe.Event[] {
  for (const session of sessions) {
    const { subscription } = stripe.pay(session)
    if (subscription) stripe.renew(subscription as string)
  }
  const events = stripe.takeEvents()
  return [...events, ...events]
}

function shuffle<Item>(items: Item[], random: Random): Item[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1))
    ;[items[last], items[other]] = [items[other]!, items[last]!]
  }
  return items
}

/** @returns whether it was answered with 200 */
async function deliver(
  { state }: FakeStripe,
  running: { serve: Running },
  event: Stripe.Event,
): Promise<boolean> {
  const { url, secret } = state.objects.all('webhook_endpoint')[0]!
  const path = webhookPath(new URL(url!).pathname.split('/').at(-1)!)
  return (await sendEvent(running.serve.ready.url! + path, secret!, event).catch(() => 0)) === 200
}

/** kill -9 of the server or the worker, which is replaced at once. */
async function killAll(
  { start }: TrialEnvironment,
  running: { serve: Running; worker: Running },
  random: Random,
  { kills, killEveryMs }: PaymentsPlan,
  settings: Record<string, string>,
): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    await sleep(killEveryMs * (0.5 + random.next()))
    const role = kill % 2 === 0 ? 'serve' : 'worker'
    running[role].child.kill('SIGKILL')
    await running[role].exited
    running[role] = await start(role, undefined, settings)
  }
}

/** Waits until everything that is stored is processed. What a killed worker has leased waits for the end of its lease. */
async function settle(database: pg.Pool, limitMs: number): Promise<void> {
  for (const end = performance.now() + limitMs; performance.now() < end; await sleep(250)) {
    const { rowCount } = await database.query('select from provider_events where due_at is not null limit 1')
    if (rowCount === 0) return
    await database.query(`update provider_events set leased_until = null
      where leased_until < clock_timestamp() + interval '110 seconds'`)
  }
}

/** What is missing, and what is there twice. */
async function faultsOf(database: pg.Pool, { checkouts }: PaymentsPlan): Promise<string[]> {
  const subscriptions = Math.ceil(checkouts / 3)
  const expected: Record<string, number> = {
    'order fulfilled': checkouts,
    'purchase held': checkouts,
    'charge succeeded': checkouts - subscriptions,
    'subscribe succeeded': subscriptions,
    'subscription_charge succeeded': subscriptions,
    'event offer_purchased': checkouts,
    'event order_created': checkouts,
    'event customer_created': checkouts,
    'event payment_succeeded': checkouts + subscriptions,
  }
  const { rows } = await database.query<{ name: string }>(
    `select 'order ' || case when fulfilled_at is null then 'open' else 'fulfilled' end as name from orders
      union all select 'purchase ' || case when deactivated_at is null then 'held' else 'ended' end from purchases
      union all select action || ' ' || state from transactions
      union all select 'event ' || type from events
                 where type in ('offer_purchased', 'order_created', 'customer_created', 'payment_succeeded')`,
  )
  const found = countBy(rows, ({ name }) => name)
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .filter((name) => (expected[name] ?? 0) !== (found[name] ?? 0))
    .map((name) => `${name}: ${found[name] ?? 0} instead of ${expected[name] ?? 0}`)
}
