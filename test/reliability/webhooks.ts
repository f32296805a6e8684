/** kill -9 of workers while webhooks go to a receiver that fails, hangs and hangs up. */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { sealer } from '../../src/platform/secrets/sealing.ts'
import { newSigningSecret } from '../../src/webhooks/signing.ts'
import type { Running } from '../launch.ts'
import type { Fault } from './crashes/faults.ts'
import { fleetSettings } from './fleet.ts'
import { type Findings, type Ground, onGround, outcomeOf } from './ground.ts'
import { type Random, seededRandom } from './random.ts'
import type { Trial } from './trial.ts'
import { hurry, type Leftover, leftovers } from './webhooks/hurry.ts'
import { type Moods, startMoodyReceiver } from './webhooks/moody-receiver.ts'
import { accountFor, listen, record } from './webhooks/told.ts'

export interface WebhooksPlan {
  seed: number
  events: number
  hooks: number
  workers: number
  kills: number
  killEveryMs: number
  moods: Moods
  /** What a killed worker had in hand is taken over then. */
  leaseSeconds: number
  /** For everything to be delivered, once nobody is killed any more. */
  settleMs: number
  fault?: Fault
  say: (line: string) => void
}

const MOODS: Moods = { fails: 0.3, hangs: 0.05, cuts: 0.05 }

const FULL: Omit<WebhooksPlan, 'seed' | 'say'> = {
  events: 20_000,
  hooks: 100,
  workers: 2,
  kills: 30,
  killEveryMs: 6_000,
  moods: MOODS,
  leaseSeconds: 30,
  settleMs: 900_000,
}

export const SHORT: Omit<WebhooksPlan, 'seed' | 'say'> = {
  ...FULL,
  events: 200,
  hooks: 100,
  kills: 3,
  killEveryMs: 1_000,
  moods: { ...MOODS, hangs: 0.02 },
  leaseSeconds: 17,
  settleMs: 400_000,
}

export const webhooksTrial: Trial = {
  name: 'webhooks',
  sentence: 'kill -9 of workers while receivers of webhooks fail, hang and hang up: each event arrives',
  run: async ({ seed, isShort, say }) =>
    outcomeOf(await runWebhooks({ ...(isShort ? SHORT : FULL), seed, say })),
}

export interface WebhooksReport extends Findings {
  seed: number
  kills: number
  requests: number
  repeated: number
  settledAfterSeconds: number
}

export const runWebhooks = (plan: WebhooksPlan): Promise<WebhooksReport> =>
  onGround(Math.ceil(plan.events / plan.hooks), (ground) => tellThroughKills(ground, plan))

async function tellThroughKills(ground: Ground, plan: WebhooksPlan): Promise<WebhooksReport> {
  const { account, contacts, database, postgres } = ground
  const kills = seededRandom(plan.seed, 'kills')
  const receiver = await startMoodyReceiver(plan.moods, seededRandom(plan.seed, 'moods'))
  await hurry(database, plan.leaseSeconds)
  const accomplice = await plan.fault?.plant?.(postgres.url)
  try {
    const site = { siteId: account.siteId, contacts, hooks: plan.hooks }
    const listening = await listen(database, site, receiver, newSecret)
    const workers = await Promise.all(Array.from({ length: plan.workers }, () => startWorker(ground)))
    const portion = Math.ceil(plan.events / (plan.kills + 1))
    for (let recorded = 0; recorded < plan.events; recorded += portion) {
      await record(database, listening, recorded, Math.min(portion, plan.events - recorded))
      if (recorded + portion < plan.events) await killOne(ground, workers, kills, plan)
      plan.say(`${recorded} events, ${receiver.arrivals.length} requests`)
    }
    const begun = performance.now()
    const left = await settle(database, plan.settleMs)
    const told = accountFor(listening, plan.events, receiver.arrivals)
    const faults = [...receiver.forgeries, ...left, ...told.faults]
    return {
      passed: faults.length === 0,
      faults,
      seed: plan.seed,
      kills: plan.kills,
      requests: receiver.arrivals.length,
      repeated: told.repeated,
      settledAfterSeconds: Math.round((performance.now() - begun) / 1000),
    }
  } finally {
    await accomplice?.end()
    receiver.close()
  }
}

function newSecret() {
  const secret = newSigningSecret()
  return { secret, sealed: sealer([fleetSettings('').SECRET_KEY!]).seal(secret) }
}

const startWorker = ({ start }: Ground) => start('worker', undefined, { ALLOW_PRIVATE_TARGETS: 'on' })

/** kill -9 of a worker, which another replaces at once. */
async function killOne(
  ground: Ground,
  workers: Running[],
  random: Random,
  { killEveryMs }: WebhooksPlan,
): Promise<void> {
  await sleep(killEveryMs * (0.5 + random.next()))
  const index = Math.floor(random.next() * workers.length)
  workers[index]!.child.kill('SIGKILL')
  await workers[index]!.exited
  workers[index] = await startWorker(ground)
}

/** Waits until everything is told. @returns what is not, when that takes too long, or ended otherwise */
async function settle(database: pg.Pool, limitMs: number): Promise<Leftover[]> {
  for (const end = performance.now() + limitMs; ; await sleep(250)) {
    const left = await leftovers(database)
    if (left.length === 0 || performance.now() > end) return left
  }
}
