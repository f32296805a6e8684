import { setTimeout as sleep } from 'node:timers/promises'
import type { Agent } from 'undici'
import type { App } from '../platform/app.ts'
import { isUnavailable } from '../platform/db/database.ts'
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

/**
 * Sends the deliveries of a hook that are due, one after the other, until none is left or its turn is over. While
 * some are sent, the next are prepared, and what came of those before is recorded.
 */
export async function takeTurn(app: App, agent: Agent, hook: Claimed): Promise<void> {
  const turn: Turn = {
    app,
    agent,
    receiver: receiverOf(app, hook),
    end: performance.now() + TURN_MS,
    recording: GO_ON,
  }
  let next = dueDeliveries(app, hook)
  for (let goesOn = true; goesOn; ) {
    const deliveries = await next
    if (deliveries.length === 0) break
    next = unwatched(dueDeliveries(app, hook, deliveries.at(-1)))
    goesOn = await sendAll(turn, deliveries)
  }
  await turn.recording
  // Whoever takes the hook next must find what was prepared.
  await next
  await releaseHook(app, hook)
}

interface Turn {
  app: App
  agent: Agent
  receiver: Receiver
  /** On the clock of performance.now(). */
  end: number
  /** Whether to go on, once what was sent last is recorded. */
  recording: Promise<boolean>
}

const GO_ON = Promise.resolve(true)

/** @returns whether to go on */
async function sendAll(turn: Turn, deliveries: Due[]): Promise<boolean> {
  const { app, agent, receiver } = turn
  let made: Outcome[] = []
  let recordedAt = performance.now()
  for (const delivery of deliveries) {
    const outcome = await attempt(app, agent, receiver, delivery)
    made.push(outcome)
    const isFailure = outcome.status !== 'delivered'
    const isLast = delivery === deliveries.at(-1) || app.isStopping
    if (!isFailure && !isLast && performance.now() - recordedAt <= RECORD_EVERY_MS) continue
    if (!(await turn.recording)) return false
    turn.recording = unwatched(record(app, receiver.hook, made))
    // The hook may be disabled by it.
    if (isFailure && !(await turn.recording)) return false
    if (app.isStopping || performance.now() > turn.end) return false
    made = []
    recordedAt = performance.now()
  }
  return true
}

/** It is awaited later; when it fails before, that is no reason to end the process. */
function unwatched<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => {})
  return promise
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
