/**
 * How much of the long tests is run. `npm test` takes fewer generated stories, and of the controls (tests that
 * plant a fault, which the others must find) one of each file, another one each day. `npm run test:reliability`
 * runs all of both, with TEST_DEPTH=full.
 */
const isFull = process.env.TEST_DEPTH === 'full'
const day = Math.floor(Date.now() / 86_400_000)

/** The number of generated stories to run. */
export const storyCount = (inSuite: number, inFull: number): number => (isFull ? inFull : inSuite)

/** The controls of a file to run now: one of them, or all. */
export const dueControls = <Control>(controls: Control[]): Control[] =>
  isFull ? controls : [controls[day % controls.length]!]

/** Whether a control runs now that is one of `count` in its file, or alone of its kind among `count` files. */
export const isControlDue = (index: number, count: number): boolean => isFull || day % count === index
