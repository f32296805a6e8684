/** A failure that is caused on real servers, and checks of what must be true afterwards. */
export interface Trial {
  /** For the command line, as in "crashes". */
  name: string
  /** What it does, in one line. */
  summary: string
  run: (options: TrialOptions) => Promise<TrialResult>
}

export interface TrialOptions {
  /** Seed of all random choices. */
  seed: number
  /** Ends in minutes instead of in half an hour. */
  isShort: boolean
  /** Prints a line of progress. */
  log: (line: string) => void
}

export interface TrialResult {
  passed: boolean
  /** The report, line by line. */
  lines: string[]
}
