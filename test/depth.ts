/**
 * How much of the long tests is run. `npm test` runs fewer generated scenarios, and shares out over days what starts
 * many processes or browsers: a trial runs every third day, and so do most files with a browser; of the controls (tests
 * that plant a fault, which the others must find) and of the variants of a trial one runs, another one each day. With
 * TEST_DEPTH=full, as in `npm run test:reliability`, all of them run. docs/reliability.md has the table.
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

/** Files that start browsers and servers, of which each runs on one of three days; about equally long. */
const FILES_BY_DAY = [
  [
    'test/portal/sales.test.ts',
    'test/portal/contact.test.ts',
    'test/portal/contacts.test.ts',
    'test/members-links.test.ts',
    'test/members-course.test.ts',
  ],
  [
    'test/portal/courses.test.ts',
    'test/portal/settings.test.ts',
    'test/portal/content.test.ts',
    'test/portal/forms.test.ts',
    'test/members-account.test.ts',
    'test/members-gifts.test.ts',
  ],
  [
    'test/portal/passkeys.test.ts',
    'test/portal/templates.test.ts',
    'test/portal/automations.test.ts',
    'test/portal/time-zones.test.ts',
    'test/members-library.test.ts',
    'test/embedded-backup.test.ts',
    'test/backup.test.ts',
  ],
] as const

/** All of them. */
export const FILES_OF_SOME_DAY: readonly string[] = FILES_BY_DAY.flat()

/** The files that a run of all tests leaves out now. */
export function filesLeftOut(): string[] {
  const due: readonly string[] = dueToday<readonly string[]>(FILES_BY_DAY).flat()
  return FILES_OF_SOME_DAY.filter((file) => !due.includes(file))
}

/** Whether a trial runs now: every third day, or always. */
export const isTrialDue = (name: TrialName): boolean =>
  dueToday(TRIALS_BY_DAY).some((names) => names.some((due) => due === name))

/** The number of generated scenarios to run. */
export const scenarioCount = (inSuite: number, inFull: number): number => (isFull ? inFull : inSuite)

/** The controls of a file, or the variants of a trial, to run now: one of them, or all. */
export function dueToday<Item>(items: readonly Item[]): readonly Item[] {
  return isFull ? items : [items[day % items.length]!]
}

/** Every sixth item, others each day, or all. */
export const sixthDueToday = <Item>(items: readonly Item[]): Item[] =>
  items.filter((_, index) => isFull || index % 6 === day % 6)

/** Whether a test runs now that is one of `count`, of which each day another one runs: controls, or starts and stops of processes. */
export const isControlDue = (index: number, count: number): boolean => isFull || day % count === index
