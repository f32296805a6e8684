/** What became of one resource of the other server. */
export interface Outcome {
  status: OutcomeStatus
  /** The resource here; null: there is none. */
  targetId: string | null
  /** Why it was skipped. */
  problem?: string
  /** Attributes that were left out, each with the reason. */
  leftOut?: Record<string, string>
}

export const OUTCOME_STATUSES = ['created', 'changed', 'unchanged', 'skipped'] as const

export type OutcomeStatus = (typeof OUTCOME_STATUSES)[number]

export const skipped = (problem: string): Outcome => ({ status: 'skipped', targetId: null, problem })

/** Numbers of resources by what became of them. */
export type Counts = Record<OutcomeStatus, number>

/** A resource that was skipped, or of which something was left out. */
export interface Finding {
  type: string
  id: string
  status: OutcomeStatus
  problem: string | null
  leftOut: Record<string, string>
}
