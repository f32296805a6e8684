/** Returns a function that runs what it is given; at most so many at a time, the others wait for their turn. */
export function atMost(most: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running < most) running += 1
    else await new Promise<void>((resume) => waiting.push(resume))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // Who comes next has the place of who goes.
      if (next) next()
      else running -= 1
    }
  }
}
