import type { Postgres } from './postgres.ts'

/** The options and tools of a measurement. */
export interface Bench {
  postgres: Postgres
  /** Duration of each measurement that is limited by time. */
  seconds: number
  /** A folder for CPU profiles of the serving process. */
  cpuProf?: string
  /** The results so far, by key. */
  results: Map<string, Result>
}

/** Something that can be measured. */
export interface Figure {
  /** Keys of its results. */
  keys: string[]
  /** Keys of results that it needs first. */
  needs?: string[]
  measure: (bench: Bench) => Promise<Result[]>
}

export interface Result {
  /** As in `--only`, with a suffix for several results of one figure: "e million". */
  key: string
  what: string
  value: number
  unit: '/s' | 'ms' | 'MB' | 's'
  /** Duration of the measurement. */
  seconds: number
  /** Number of responses by status, including the warm-up. */
  statuses?: Record<string, number>
  /** Further numbers worth knowing. */
  details?: Record<string, number>
}
