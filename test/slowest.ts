import type { Reporter, TestCase } from 'vitest/node'

const SHOWN = 20

/** Prints the slowest tests, which shows where the suite becomes slow. */
export class SlowestTests implements Reporter {
  #tests: { name: string; ms: number }[] = []

  onTestCaseResult(test: TestCase): void {
    const ms = test.diagnostic()?.duration ?? 0
    this.#tests.push({ name: `${test.module.relativeModuleId} > ${test.fullName}`, ms })
  }

  onTestRunEnd(): void {
    if (this.#tests.length <= SHOWN) return
    const slowest = this.#tests.toSorted((a, b) => b.ms - a.ms).slice(0, SHOWN)
    const lines = slowest.map(({ name, ms }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${name}`)
    console.info(['', `The ${SHOWN} slowest tests:`, ...lines].join('\n'))
  }
}
