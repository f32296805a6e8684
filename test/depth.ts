/**
 * How much of the long tests is run. What checks the core of every change runs in each `npm test`. The rest is shared
 * out over seven days:
 *
 * - trials (TRIALS_BY_DAY): two a day, in one of which processes are killed;
 * - files that take long (FILES_BY_DAY): a group a day, and always when they are named on the command line;
 * - controls (tests that plant a fault, which the others must find) and variants of a trial: one, or a sixth, a day;
 * - generated scenarios: fewer, and others in each run.
 *
 * With TEST_DEPTH=full, as in `npm run test:reliability`, all of them run. docs/reliability.md has the table.
 */
const isFull = process.env.TEST_DEPTH === 'full'
const day = Math.floor(Date.now() / 86_400_000)

/** The trials of each day; about equally long. Processes are killed in the first of each. */
export const TRIALS_BY_DAY = [
  ['crashes', 'keys'],
  ['automations', 'wrong-clock'],
  ['webhooks', 'graceful-stop'],
  ['bulk', 'overload'],
  ['payments', 'cut-connections'],
  ['mail', 'database-away'],
  ['promotion', 'upgrade'],
] as const

type TrialName = (typeof TRIALS_BY_DAY)[number][number]

/** Files that take long, most of them because they start many processes or browsers; about equally long. */
const FILES_BY_DAY = [
  [
    'test/start.test.ts',
    'test/stop.test.ts',
    'test/users.test.ts',
    'test/portal/settings.test.ts',
    'test/portal/passkeys.test.ts',
    'test/members-links.test.ts',
    'src/platform/db/migrate.test.ts',
  ],
  [
    'test/one-server.test.ts',
    'test/conformance/clients.test.ts',
    'test/portal/courses.test.ts',
    'test/portal/templates.test.ts',
    'test/members-library.test.ts',
    'src/payments/inbox/shuffled-notifications.test.ts',
  ],
  [
    'test/production.test.ts',
    'test/crash.test.ts',
    'test/portal/contacts.test.ts',
    'test/portal/automations.test.ts',
    'test/members-course.test.ts',
    'src/people/contacts/filters-plan.test.ts',
  ],
  [
    'test/portal/content.test.ts',
    'test/portal/time-zones.test.ts',
    'test/portal/imports.test.ts',
    'test/members-look.test.ts',
    'src/test-kit/test-kit.test.ts',
  ],
  [
    'test/backup.test.ts',
    'test/embedded-backup.test.ts',
    'test/portal/sales.test.ts',
    'test/portal/contact.test.ts',
    'test/portal/forms.test.ts',
    'test/members-account.test.ts',
  ],
  ['test/cli-development.test.ts', 'test/portal/look.test.ts'],
  ['test/cli.test.ts', 'test/conformance/client-libraries.test.ts', 'test/members-gifts.test.ts'],
] as const

/** All of them. */
export const FILES_OF_SOME_DAY: readonly string[] = FILES_BY_DAY.flat()

/** The files that a run of all tests leaves out now. */
export function filesLeftOut(): string[] {
  const due: readonly string[] = dueToday<readonly string[]>(FILES_BY_DAY).flat()
  return FILES_OF_SOME_DAY.filter((file) => !due.includes(file))
}

/** Whether a trial runs now: once a week, or always. */
export const isTrialDue = (name: TrialName): boolean =>
  dueToday<readonly TrialName[]>(TRIALS_BY_DAY).some((names) => names.includes(name))

/** The number of generated scenarios to run. */
export const scenarioCount = (inSuite: number, inFull: number): number => (isFull ? inFull : inSuite)

/** The controls of a file, or the variants of a trial, to run now: one of them, or all. */
export function dueToday<Item>(items: readonly Item[]): readonly Item[] {
  return isFull ? items : [items[day % items.length]!]
}

/** Every sixth item, others each day, or all. */
export const sixthDueToday = <Item>(items: readonly Item[]): Item[] =>
  items.filter((_, index) => isFull || index % 6 === day % 6)

/** Every third item, others each week, or all: for a file that runs once a week. */
export const thirdDueThisWeek = <Item>(items: readonly Item[]): Item[] =>
  items.filter((_, index) => isFull || index % 3 === Math.floor(day / 7) % 3)

/** Whether a test runs now that is one of `count`, of which each day another one runs: controls, or starts and stops of processes. */
export const isControlDue = (index: number, count: number): boolean => isFull || day % count === index
