/** The plan of a load generator, which is sent between processes. */
export interface Plan {
  url: string
  token: string
  /** closed: the next request after each response; open: by schedule, independently of responses. */
  loop: { kind: 'closed' } | { kind: 'open'; perSecond: number }
  /** Concurrent requests: exactly this number in a closed loop, at most this number in an open loop. */
  connections: number
  warmupSeconds: number
  /** Duration of the measurement after the warm-up; shorter when the numbers are used up. */
  seconds: number
  requests: Requests
}

/** Request i has the path i, begun again at the end; each `{n}` in it and in the body becomes the number i. */
export interface Requests {
  method: 'GET' | 'POST'
  paths: string[]
  body?: string
  /** Which all responses must have; left out: 200. */
  status?: number
  numbers: Numbers
}

/** Each number from `first` on once, in steps that wrap around; `step` and `count` have no common divisor. */
export interface Numbers {
  first: number
  count: number
  step: number
}

export interface Report {
  /** Number of responses by status, including the warm-up. */
  statuses: Record<string, number>
  /** Number of measured requests, and the seconds that they took. */
  measured: number
  seconds: number
  perSecond: number
  /** Milliseconds; in an open loop counted from when the request was due. */
  latency: { p50: number; p95: number; p99: number; max: number }
  /** Highest number of requests in flight or waiting. */
  mostAtOnce: number
  /** Milliseconds since 1970 at which the first request was sent. */
  begunAt: number
}
