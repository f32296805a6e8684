/** A run as the engine has claimed it, and its possible outcomes. */
import type { Tx } from '../platform/db/database.ts'
import type { Origin } from '../platform/events/events.ts'
import type { Action, ActionName } from './actions.ts'

/** What a step is taken with, and in which transaction. */
export interface Work {
  tx: Tx
  now: Date
}

/** Events this deep in a chain start nothing any more. */
export const DEEPEST = 8

/** Why a run ended before its last action. */
export const STOP_REASONS = [
  'automation_deleted',
  'automation_disabled',
  'contact_deleted',
  'cancelled',
  'depth_limit',
  'repeated',
  'conditions_not_met',
  'stop',
] as const

export type StopReason = (typeof STOP_REASONS)[number]

export interface ClaimedRun<Name extends ActionName = ActionName> {
  siteId: string
  id: string
  automationId: string
  /** What started it, in which request. */
  eventId: string
  requestId: string | null
  contactId: string
  depth: number
  /** Conditions, repetition and depth were looked at, once, and let it go ahead. */
  hasBegun: boolean
  /** Place of the action, from 0. */
  step: number
  action: Action<Name>
  isLast: boolean
  /** Failures at this step so far. */
  attempts: number
}

export type Outcome =
  /** The action is over: it did something, or there was nothing to do. The next is due then, or at once. */
  | { state: 'done' | 'skipped'; detail: object; nextAt?: Date; reason?: 'wait' }
  /** Nothing was done yet, and it is tried again then. */
  | { state: 'postponed'; until: Date; reason: 'email_budget' }
  | { state: 'stopped'; reason: StopReason }

export const done = (detail: object): Outcome => ({ state: 'done', detail })

export const skipped = (reason: string): Outcome => ({ state: 'skipped', detail: { reason } })

/** As what a run does is recorded. */
export const originOf = ({ automationId, requestId, id, eventId, depth }: ClaimedRun, now: Date): Origin => ({
  actor: `automation:${automationId}`,
  requestId,
  now,
  cause: { runId: id, eventId, depth: depth + 1 },
})
