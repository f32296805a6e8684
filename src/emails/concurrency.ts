/** Returns a function that runs the given work, at most `most` at a time; the rest is queued. */
export function limitConcurrency(most: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running < most) running += 1
    else await new Promise<void>((resume) => waiting.push(resume))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // The next one takes over the slot.
      if (next) next()
      else running -= 1
    }
  }
}
