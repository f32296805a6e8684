const WIDTH = 30

/** Draws how far work has come, on one line of standard error that the next call replaces; only in a terminal. */
export function drawProgress({ done, total }: { done: number; total: number }): void {
  if (!process.stderr.isTTY) return
  const share = total === 0 ? 1 : done / total
  const filled = Math.round(WIDTH * share)
  const bar = '#'.repeat(filled).padEnd(WIDTH, '.')
  process.stderr.write(`\r[${bar}] ${done} of ${total}${done >= total ? '\n' : ''}`)
}
