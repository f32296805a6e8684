import type { Agent } from 'undici'
import type { App } from '../platform/app.ts'
import { whenAvailable } from '../platform/db/database.ts'
import { attempt, type Outcome, type Receiver, receiverOf } from './attempt.ts'
import { type Due, dueDeliveries } from './claim-deliveries.ts'
import { type Claimed, releaseHook } from './claim-hooks.ts'
import { recordOutcomes } from './record-outcomes.ts'

/** After this time the next hook is served, if one is waiting. */
const TIME_SLICE_MS = 4_000
/** Deliveries whose outcome was not recorded are sent again after the worker is killed. */
const RECORD_EVERY_MS = 1_000
/** How long to wait for an unreachable database: a little less than the lease of the hook. */
const PATIENCE_MS = 20_000

/**
 * Sends the due deliveries of a hook one at a time, until none is left or its time slice is over. While some are
 * sent, the next are prepared, and the outcomes of the previous ones are recorded.
 */
export async function drainHook(app: App, agent: Agent, hook: Claimed): Promise<void> {
  const slice: TimeSlice = {
    app,
    agent,
    receiver: receiverOf(app, hook),
    end: performance.now() + TIME_SLICE_MS,
    recording: CONTINUE,
  }
  let next = dueDeliveries(app, hook)
  for (let goesOn = true; goesOn; ) {
    const deliveries = await next
    if (deliveries.length === 0) break
    next = deferRejection(dueDeliveries(app, hook, deliveries.at(-1)))
    goesOn = await sendAll(slice, deliveries)
  }
  await slice.recording
  // The next worker that claims the hook must find the prepared bodies.
  await next
  await releaseHook(app, hook)
}

interface TimeSlice {
  app: App
  agent: Agent
  receiver: Receiver
  /** On the clock of performance.now(). */
  end: number
  /** Whether to continue, once the latest outcomes are recorded. */
  recording: Promise<boolean>
}

const CONTINUE = Promise.resolve(true)

/** @returns whether to continue */
async function sendAll(slice: TimeSlice, deliveries: Due[]): Promise<boolean> {
  const { app, agent, receiver } = slice
  let made: Outcome[] = []
  let recordedAt = performance.now()
  for (const delivery of deliveries) {
    const outcome = await attempt(app, agent, receiver, delivery)
    made.push(outcome)
    const isFailure = outcome.status !== 'delivered'
    const isLast = delivery === deliveries.at(-1) || app.isStopping
    if (!isFailure && !isLast && performance.now() - recordedAt <= RECORD_EVERY_MS) continue
    if (!(await slice.recording)) return false
    slice.recording = deferRejection(record(app, receiver.hook, made))
    // The failure may disable the hook.
    if (isFailure && !(await slice.recording)) return false
    if (app.isStopping || performance.now() > slice.end) return false
    made = []
    recordedAt = performance.now()
  }
  return true
}

/** The promise is awaited later; a rejection before that must not end the process. */
function deferRejection<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => {})
  return promise
}

const record = (app: App, hook: Claimed, made: Outcome[]): Promise<boolean> =>
  whenAvailable(() => recordOutcomes(app, hook, made), PATIENCE_MS)
