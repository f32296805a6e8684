const WIDTH = 30

export interface Progress {
  done: number
  total: number
  /** When the work began, as performance.now() has it. */
  begun: number
}

/** Draws how far work has come, on one line of standard error that the next call replaces; only in a terminal. @param what the work is on */
export function drawProgress(progress: Progress, what = ''): void {
  const line = progressLine(progress, performance.now())
  if (process.stderr.isTTY) process.stderr.write(`\r${what === '' ? line : `${line} ${what}`}\x1b[K`)
  if (process.stderr.isTTY && progress.done >= progress.total) process.stderr.write('\n')
}

/** The bar, the rate and the time left, which is that of the rows so far. */
export function progressLine({ done, total, begun }: Progress, now: number): string {
  const share = total === 0 ? 1 : done / total
  const bar = '#'.repeat(Math.round(WIDTH * share)).padEnd(WIDTH, '.')
  const seconds = Math.max(now - begun, 1) / 1_000
  const rate = Math.round(done / seconds)
  const left = done === 0 ? '' : `, ${duration(((total - done) * seconds) / done)} left`
  const pace = done >= total ? ` in ${duration(seconds)}` : `, ${rate.toLocaleString('en')}/s${left}`
  return `[${bar}] ${done.toLocaleString('en')} of ${total.toLocaleString('en')}${pace}`
}

/** As in `1:05:09`, `2:30` or `8 s`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  const parts = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60]
  return (parts[0] === 0 ? parts.slice(1) : parts)
    .map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':')
}

/** Draws how much of something was read whose size is not known. */
export function drawCount(what: string, count: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${count.toLocaleString('en')} ${what}\x1b[K`)
}
