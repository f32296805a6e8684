/** Something that may happen to a server, done to a real one, and what must be true of it afterwards. */
export interface Trial {
  /** For the command line, as in "crashes". */
  name: string
  /** What is done, in a line. */
  sentence: string
  run: (options: TrialOptions) => Promise<Outcome>
}

export interface TrialOptions {
  /** Decides every choice that is left to chance. */
  seed: number
  /** Ends in minutes instead of in half an hour. */
  isShort: boolean
  /** Tells how it goes, a line at a time. */
  say: (line: string) => void
}

export interface Outcome {
  passed: boolean
  /** The report, line by line. */
  lines: string[]
}
