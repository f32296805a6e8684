/** kill -9 of workers while webhooks are sent to a receiver that fails, hangs and disconnects. */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { sealer } from '../../src/platform/secrets/sealing.ts'
import { newSigningSecret } from '../../src/webhooks/signing.ts'
import type { Running } from '../launch.ts'
import type { Fault } from './crashes/faults.ts'
import { fleetSettings } from './fleet.ts'
import { type Random, seededRandom } from './random.ts'
import type { Trial } from './trial.ts'
import { type Findings, resultOf, type TrialEnvironment, withTrialEnvironment } from './trial-environment.ts'
import { type FailureRates, startFlakyReceiver } from './webhooks/flaky-receiver.ts'
import { compareReceived, createHooks, recordEvents } from './webhooks/received.ts'
import { type Leftover, leftovers, speedUp } from './webhooks/speed-up.ts'

export interface WebhooksPlan {
  seed: number
  events: number
  hooks: number
  workers: number
  kills: number
  killEveryMs: number
  failureRates: FailureRates
  /** Length of leases: the hooks of a killed worker are leased again after it. */
  leaseSeconds: number
  /** Time limit for all deliveries after the last kill. */
  settleMs: number
  fault?: Fault
  log: (line: string) => void
}

const FAILURE_RATES: FailureRates = { fails: 0.3, hangs: 0.05, cuts: 0.05 }

const FULL: Omit<WebhooksPlan, 'seed' | 'log'> = {
  events: 20_000,
  hooks: 100,
  workers: 2,
  kills: 30,
  killEveryMs: 6_000,
  failureRates: FAILURE_RATES,
  leaseSeconds: 30,
  settleMs: 900_000,
}

export const SHORT: Omit<WebhooksPlan, 'seed' | 'log'> = {
  ...FULL,
  events: 120,
  hooks: 60,
  kills: 2,
  killEveryMs: 1_000,
  failureRates: { ...FAILURE_RATES, hangs: 0.02 },
  leaseSeconds: 17,
  settleMs: 400_000,
}

export const webhooksTrial: Trial = {
  name: 'webhooks',
  summary: 'kill -9 of workers while webhook receivers fail, hang and disconnect: each event arrives',
  run: async ({ seed, isShort, log }) =>
    resultOf(await runWebhooks({ ...(isShort ? SHORT : FULL), seed, log })),
}

export interface WebhooksReport extends Findings {
  seed: number
  kills: number
  requests: number
  repeated: number
  settledAfterSeconds: number
}

export const runWebhooks = (plan: WebhooksPlan): Promise<WebhooksReport> =>
  withTrialEnvironment(Math.ceil(plan.events / plan.hooks), (environment) =>
    deliverThroughKills(environment, plan),
  )

async function deliverThroughKills(
  environment: TrialEnvironment,
  plan: WebhooksPlan,
): Promise<WebhooksReport> {
  const { account, contacts, database, postgres } = environment
  const kills = seededRandom(plan.seed, 'kills')
  const receiver = await startFlakyReceiver(plan.failureRates, seededRandom(plan.seed, 'receiver'))
  await speedUp(database, plan.leaseSeconds)
  const backgroundFault = await plan.fault?.plant?.(postgres.url)
  try {
    const site = { siteId: account.siteId, contacts, hooks: plan.hooks }
    const subscriptions = await createHooks(database, site, receiver, newSecret)
    const workers = await Promise.all(Array.from({ length: plan.workers }, () => startWorker(environment)))
    const portion = Math.ceil(plan.events / (plan.kills + 1))
    for (let recorded = 0; recorded < plan.events; recorded += portion) {
      await recordEvents(database, subscriptions, recorded, Math.min(portion, plan.events - recorded))
      if (recorded + portion < plan.events) await killOne(environment, workers, kills, plan)
      plan.log(`${recorded} events, ${receiver.arrivals.length} requests`)
    }
    const begun = performance.now()
    const left = await settle(database, plan.settleMs)
    const compared = compareReceived(subscriptions, plan.events, receiver.arrivals)
    const faults = [...receiver.invalidSignatures, ...left, ...compared.faults]
    return {
      passed: faults.length === 0,
      faults,
      seed: plan.seed,
      kills: plan.kills,
      requests: receiver.arrivals.length,
      repeated: compared.repeated,
      settledAfterSeconds: Math.round((performance.now() - begun) / 1000),
    }
  } finally {
    await backgroundFault?.end()
    receiver.close()
  }
}

function newSecret() {
  const secret = newSigningSecret()
  return { secret, sealed: sealer([fleetSettings('').SECRET_KEY!]).seal(secret) }
}

const startWorker = ({ start }: TrialEnvironment) =>
  start('worker', undefined, { ALLOW_PRIVATE_TARGETS: 'on' })

/** kill -9 of a worker, which is replaced at once. */
async function killOne(
  environment: TrialEnvironment,
  workers: Running[],
  random: Random,
  { killEveryMs }: WebhooksPlan,
): Promise<void> {
  await sleep(killEveryMs * (0.5 + random.next()))
  const index = Math.floor(random.next() * workers.length)
  workers[index]!.child.kill('SIGKILL')
  await workers[index]!.exited
  workers[index] = await startWorker(environment)
}

/** Waits until everything is delivered. @returns what is not delivered after `limitMs` */
async function settle(database: pg.Pool, limitMs: number): Promise<Leftover[]> {
  for (const end = performance.now() + limitMs; ; await sleep(250)) {
    const left = await leftovers(database)
    if (left.length === 0 || performance.now() > end) return left
  }
}
