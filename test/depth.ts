/**
 * How much of the long tests is run. `npm test` runs fewer generated scenarios, and shares out over days what starts
 * many processes: a trial runs every third day; of the controls (tests that plant a fault, which the others must find)
 * and of the variants of a trial one runs, another one each day. `npm run test:reliability` runs all of them, with
 * TEST_DEPTH=full. docs/reliability.md has the table.
 */
const isFull = process.env.TEST_DEPTH === 'full'
const day = Math.floor(Date.now() / 86_400_000)

/** The trials of each day, then again from the first; about equally long. */
export const TRIALS_BY_DAY = [
  ['crashes', 'cut-connections', 'keys', 'graceful-stop', 'payments'],
  ['automations', 'wrong-clock', 'database-away', 'bulk', 'upgrade'],
  ['webhooks', 'overload', 'mail', 'promotion'],
] as const

type TrialName = (typeof TRIALS_BY_DAY)[number][number]

/** Whether a trial runs now: every third day, or always. */
export const isTrialDue = (name: TrialName): boolean =>
  dueToday(TRIALS_BY_DAY).some((names) => names.some((due) => due === name))

/** The number of generated scenarios to run. */
export const scenarioCount = (inSuite: number, inFull: number): number => (isFull ? inFull : inSuite)

/** The controls of a file, or the variants of a trial, to run now: one of them, or all. */
export function dueToday<Item>(items: readonly Item[]): readonly Item[] {
  return isFull ? items : [items[day % items.length]!]
}

/** Every third item, others each day, or all. */
export const thirdDueToday = <Item>(items: readonly Item[]): Item[] =>
  items.filter((_, index) => isFull || index % 3 === day % 3)

/** Whether a test runs now that is one of `count`, of which each day another one runs: controls, or starts and stops of processes. */
export const isControlDue = (index: number, count: number): boolean => isFull || day % count === index
