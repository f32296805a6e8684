export interface Invariant {
  /** A short name, for scripts. */
  name: string
  /** What is true. */
  rule: string
  /**
   * Selects `what`, a text for each row that breaks it. $1 is the time by the application's clock; events before $2
   * may have been forgotten (KEEP_EVENTS_DAYS).
   */
  violations: string
  /** Functions of the database look something up for each row: indexes may be used, which amcheck checks. */
  callsFunctions?: boolean
}

/** Left alone for longer than this, something is stuck. */
export const STUCK = `interval '1 minute'`
