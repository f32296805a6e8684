import { setTimeout as sleep } from 'node:timers/promises'
import type { Agent } from 'undici'
import type { App } from '../app.ts'
import { isUnavailable } from '../db/database.ts'
import { attempt, type Outcome, type Receiver, receiverOf } from './attempt.ts'
import { type Due, dueDeliveries } from './claim-deliveries.ts'
import { type Claimed, releaseHook } from './claim-hooks.ts'
import { recordOutcomes } from './record-outcomes.ts'

/** After so long it is the turn of another hook, should one wait. */
const TURN_MS = 4_000
/** What is not recorded is sent again when the worker is killed. */
const RECORD_EVERY_MS = 1_000
/** So long a database that is away is waited for: nearly as long as the hook is in hand. */
const PATIENCE_MS = 20_000
const PAUSE_MS = 250

/** Sends the deliveries of a hook that are due, one after the other, until none is left or its turn is over. */
export async function takeTurn(app: App, agent: Agent, hook: Claimed): Promise<void> {
  const receiver = receiverOf(app, hook)
  const end = performance.now() + TURN_MS
  for (;;) {
    const deliveries = await dueDeliveries(app, hook)
    if (deliveries.length === 0) break
    if (!(await sendAll(app, agent, receiver, deliveries, end))) break
  }
  await releaseHook(app, hook)
}

/** @returns whether to go on */
async function sendAll(
  app: App,
  agent: Agent,
  receiver: Receiver,
  deliveries: Due[],
  end: number,
): Promise<boolean> {
  let made: Outcome[] = []
  let recordedAt = performance.now()
  for (const delivery of deliveries) {
    const outcome = await attempt(app, agent, receiver, delivery)
    made.push(outcome)
    const isLast = delivery === deliveries.at(-1)
    const isTime = performance.now() - recordedAt > RECORD_EVERY_MS
    if (outcome.status === 'delivered' && !isLast && !isTime) continue
    if (!(await record(app, receiver.hook, made)) || performance.now() > end) return false
    made = []
    recordedAt = performance.now()
  }
  return true
}

async function record(app: App, hook: Claimed, made: Outcome[]): Promise<boolean> {
  for (const begun = performance.now(); ; await sleep(PAUSE_MS)) {
    try {
      return await recordOutcomes(app, hook, made)
    } catch (error) {
      if (!isUnavailable(error) || performance.now() - begun > PATIENCE_MS) throw error
    }
  }
}
