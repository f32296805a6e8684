import type { Postgres } from './postgres.ts'

/** What figures are taken with. */
export interface Bench {
  postgres: Postgres
  /** How long to measure each of those that go by time. */
  seconds: number
  /** A folder for CPU profiles of the serving process. */
  cpuProf?: string
  /** What has been measured so far, by its key. */
  results: Map<string, Result>
}

/** Something that can be measured. */
export interface Figure {
  /** Of the results it gives. */
  keys: string[]
  /** Keys of results that must have been taken before. */
  needs?: string[]
  measure: (bench: Bench) => Promise<Result[]>
}

export interface Result {
  /** As in `--only`, with what distinguishes several of one figure: "e million". */
  key: string
  what: string
  value: number
  unit: '/s' | 'ms' | 'MB' | 's'
  /** How long it was measured. */
  seconds: number
  /** How many requests had which status, warming up included. */
  statuses?: Record<string, number>
  /** Further numbers worth knowing. */
  details?: Record<string, number>
}
