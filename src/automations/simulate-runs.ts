/** What runs would do: the engine's own steps, in a transaction that is rolled back, with a clock that waits advance. */
import { renderEmails } from '../emails/render-emails.ts'
import { type ExplainedCondition, explainCondition } from '../people/contacts/explain-condition.ts'
import type { App } from '../platform/app.ts'
import { type Tx, withSavepoint } from '../platform/db/database.ts'
import { targetOfCall } from '../webhooks/call-hooks.ts'
import type { Action } from './actions.ts'
import type { DueRun } from './claim-runs.ts'
import { findRunsToStop } from './find-runs-to-stop.ts'
import type { Definition } from './parse-automation.ts'
import type { ClaimedRun, StopReason } from './run.ts'
import { takeSteps } from './take-steps.ts'

/** A run that would start. */
export interface RunToCome {
  siteId: string
  automationId: string
  contactId: string
  eventId: string
  /** Of the run; nothing need have it. */
  id: string
  definition: Pick<Definition, 'conditions' | 'actions'>
}

/** An action as it would be taken then. */
export interface StepToCome {
  position: number
  action: Action
  at: Date
  state: 'done' | 'skipped' | 'failed'
  /** Why it is skipped, or what fails. */
  reason: string | null
  /** When the next step is due. */
  nextAt: Date
  /** Of an e-mail. */
  email?: { to: string; subject: string }
  /** Of a webhook. */
  targetUrl?: string
}

export interface Simulated {
  /** Null: it goes ahead. */
  stop: StopReason | null
  /** As they were when the run began; null: it has none. */
  conditions: ExplainedCondition | null
  steps: StepToCome[]
}

interface Simulation extends Simulated {
  run: RunToCome
  due: Date
}

/**
 * Simulates runs that start now, in the order in which the engine takes their steps: a step of each, then the next of each. What
 * one changes, the conditions of the others see. Further effects of the steps, such as other runs, are left out, and so
 * is the limit of e-mails in an hour.
 */
export async function simulateRuns(app: App, tx: Tx, runs: RunToCome[], now: Date): Promise<Simulated[]> {
  const all = runs.map((run): Simulation => ({ run, due: now, stop: null, conditions: null, steps: [] }))
  const waiting = [...all]
  while (waiting.length > 0) {
    // Of those that are due at the same time, the one that has waited for longest.
    const next = waiting.reduce((first, other) => (other.due < first.due ? other : first))
    waiting.splice(waiting.indexOf(next), 1)
    if (await advance(app, tx, next)) waiting.push(next)
  }
  return all
}

/** Which runs that start now would go no further, and why. Unlike a simulation, this sees nothing that the others do. */
export const findStops = (tx: Tx, runs: RunToCome[], now: Date): Promise<Map<string, StopReason>> =>
  findRunsToStop(
    tx,
    runs.map((run) => claimed(run, 0)),
    now,
  )

/** Begins a run, or takes its next step. @returns whether there is another one */
async function advance(app: App, tx: Tx, simulation: Simulation): Promise<boolean> {
  const { run, due, steps } = simulation
  const { actions, conditions } = run.definition
  if (steps.length === 0) {
    if (conditions)
      simulation.conditions = await explainCondition(tx, run.siteId, run.contactId, conditions, due)
    simulation.stop = (await findStops(tx, [run], due)).get(run.id) ?? null
    if (simulation.stop) return false
  }
  const step = await take(app, tx, run, steps.length, due)
  steps.push(step)
  simulation.due = step.nextAt
  return step.state !== 'failed' && step.action.action !== 'stop' && steps.length < actions.length
}

const claimed = (run: RunToCome, step: number): DueRun => ({
  siteId: run.siteId,
  id: run.id,
  automationId: run.automationId,
  eventId: run.eventId,
  requestId: null,
  contactId: run.contactId,
  depth: 0,
  hasBegun: step > 0,
  step,
  action: run.definition.actions[step]!,
  isLast: step === run.definition.actions.length - 1,
  attempts: 0,
  conditions: run.definition.conditions,
  refusal: null,
})

async function take(app: App, tx: Tx, run: RunToCome, position: number, at: Date): Promise<StepToCome> {
  const action = run.definition.actions[position]!
  const common = { position, action, at, nextAt: at }
  return withSavepoint<StepToCome>(
    tx,
    async () => ({ ...common, ...(await outcomeOf(app, tx, claimed(run, position), at)) }),
    async (error) => ({ ...common, state: 'failed', reason: error.message }),
  )
}

type TakenStep = Pick<StepToCome, 'state' | 'reason'> & Partial<StepToCome>

/** Nothing is locked for a whole site: of the actions that reach somebody outside, only the outcome is found out. */
function outcomeOf(app: App, tx: Tx, run: ClaimedRun, at: Date): Promise<TakenStep> {
  switch (run.action.action) {
    case 'send_email':
      return emailOf(app, tx, run as ClaimedRun<'send_email'>)
    case 'call_webhook':
      return callOf(tx, run as ClaimedRun<'call_webhook'>)
    default:
      return inside(tx, run, at)
  }
}

async function inside(tx: Tx, run: ClaimedRun, at: Date): Promise<TakenStep> {
  const outcome = (await takeSteps({ tx, now: at }, [run])).get(run)!
  switch (outcome.state) {
    case 'done':
      return { state: 'done', reason: null, nextAt: outcome.nextAt ?? at }
    case 'skipped':
      return { state: 'skipped', reason: (outcome.detail as { reason: string }).reason }
    default:
      return { state: 'failed', reason: outcome.reason }
  }
}

async function emailOf(app: App, tx: Tx, run: ClaimedRun<'send_email'>): Promise<TakenStep> {
  const email = {
    site_id: run.siteId,
    kind: 'automation',
    event_id: run.eventId,
    contact_id: run.contactId,
    run_id: run.id,
    step: run.step,
    template_id: run.action.template_id,
  }
  const [content] = await renderEmails(app, tx, [email])
  if (!content) return { state: 'failed', reason: 'contact_deleted' }
  if (content instanceof Error) return { state: 'failed', reason: content.message }
  return { state: 'done', reason: null, email: { to: content.to_email, subject: content.subject } }
}

async function callOf(tx: Tx, { siteId, action }: ClaimedRun<'call_webhook'>): Promise<TakenStep> {
  const targetUrl = await targetOfCall(tx, siteId, action.hook_id)
  return targetUrl === null
    ? { state: 'skipped', reason: 'hook_disabled' }
    : { state: 'done', reason: null, targetUrl }
}
