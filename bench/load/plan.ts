/** What a load generator is to do. It travels between processes. */
export interface Plan {
  url: string
  token: string
  /** closed: the next request when one is answered; open: by schedule, whether or not any is answered. */
  loop: { kind: 'closed' } | { kind: 'open'; perSecond: number }
  /** Closed loop: as many requests at once. Open loop: at most so many. */
  connections: number
  warmupSeconds: number
  /** How long is measured after warming up; less when the numbers are used up. */
  seconds: number
  requests: Requests
}

/** Request i has the path i, begun again at the end; `{n}` in it becomes the number i. */
export interface Requests {
  method: 'GET' | 'POST'
  paths: string[]
  body?: string
  numbers: Numbers
}

/** Each number from `first` on once, in steps that wrap around; `step` and `count` have no common divisor. */
export interface Numbers {
  first: number
  count: number
  step: number
}

export interface Report {
  /** Answers to all requests, those of warming up too, by status. */
  statuses: Record<string, number>
  /** Requests that were measured, and over how many seconds. */
  measured: number
  seconds: number
  perSecond: number
  /** Milliseconds; in an open loop counted from when the request was due. */
  latency: { p50: number; p95: number; p99: number; max: number }
  /** Most requests that were under way or waiting at once. */
  mostAtOnce: number
  /** Milliseconds since 1970 at which the first request was sent. */
  begunAt: number
}
