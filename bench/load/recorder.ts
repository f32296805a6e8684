import type { Plan, Report } from './plan.ts'

/** Records the duration of each request that began after the warm-up. */
export class Recorder {
  readonly begun = performance.now()
  #begunAt = Date.now()
  #measureFrom: number
  #measureUntil: number
  #lastAnswer = 0
  #latencies: number[] = []
  #statuses: Record<string, number> = {}
  #mostAtOnce = 0

  constructor({ warmupSeconds, seconds }: Plan) {
    this.#measureFrom = this.begun + warmupSeconds * 1_000
    this.#measureUntil = this.#measureFrom + seconds * 1_000
  }

  /** Whether `time` is too late for another request. */
  isOver(time: number): boolean {
    return time >= this.#measureUntil
  }

  /** @param since when the request was sent, or was due */
  responded(status: number, since: number): void {
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1
    this.#lastAnswer = performance.now()
    if (since >= this.#measureFrom) this.#latencies.push(this.#lastAnswer - since)
  }

  atOnce(count: number): void {
    if (count > this.#mostAtOnce) this.#mostAtOnce = count
  }

  report(): Report {
    const sorted = Float64Array.from(this.#latencies).sort()
    const percentile = (p: number) => sorted[Math.ceil((p / 100) * sorted.length) - 1] ?? Number.NaN
    const seconds = (this.#lastAnswer - this.#measureFrom) / 1_000
    return {
      statuses: this.#statuses,
      measured: sorted.length,
      seconds,
      perSecond: sorted.length / seconds,
      latency: { p50: percentile(50), p95: percentile(95), p99: percentile(99), max: percentile(100) },
      mostAtOnce: this.#mostAtOnce,
      begunAt: this.#begunAt,
    }
  }
}
