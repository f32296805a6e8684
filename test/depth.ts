/**
 * How much of the long tests is run. `npm test` runs fewer generated scenarios. Of the controls (tests that plant a
 * fault, which the others must find) and of the variants of a trial it runs one, another one each day.
 * `npm run test:reliability` runs all of them, with TEST_DEPTH=full.
 */
const isFull = process.env.TEST_DEPTH === 'full'
const day = Math.floor(Date.now() / 86_400_000)

/** The number of generated scenarios to run. */
export const scenarioCount = (inSuite: number, inFull: number): number => (isFull ? inFull : inSuite)

/** The controls of a file, or the variants of a trial, to run now: one of them, or all. */
export const dueToday = <Item>(items: Item[]): Item[] => (isFull ? items : [items[day % items.length]!])

/** Whether a control runs now that is one of `count` in its file, or alone of its kind among `count` files. */
export const isControlDue = (index: number, count: number): boolean => isFull || day % count === index
