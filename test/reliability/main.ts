/** `npm run test:reliability`: runs the trials and reports their results. */
import { parseArgs } from 'node:util'
import { killSpawned } from '../launch.ts'
import { automationsTrial } from './automations.ts'
import { bulkTrial } from './bulk.ts'
import { crashesTrial } from './crashes.ts'
import { cutConnectionsTrial } from './cut-connections.ts'
import { databaseAwayTrial, databaseSilentTrial } from './database-away.ts'
import { fullTestsTrial } from './full-tests.ts'
import { gracefulStopTrial } from './graceful-stop.ts'
import { keysTrial } from './keys.ts'
import { mailTrial } from './mail.ts'
import { overloadByGrantsTrial, overloadTrial } from './overload.ts'
import { paymentsTrial } from './payments.ts'
import { removeServers } from './postgres.ts'
import { promotionTrial } from './promotion.ts'
import type { Trial } from './trial.ts'
import { upgradeTrial } from './upgrade.ts'
import { webhooksTrial } from './webhooks.ts'
import { wrongClockTrial } from './wrong-clock.ts'

/** In the order in which they are run. */
const trials: Trial[] = [
  crashesTrial,
  cutConnectionsTrial,
  databaseAwayTrial,
  databaseSilentTrial,
  promotionTrial,
  gracefulStopTrial,
  upgradeTrial,
  keysTrial,
  automationsTrial,
  bulkTrial,
  mailTrial,
  overloadTrial,
  overloadByGrantsTrial,
  webhooksTrial,
  paymentsTrial,
  fullTestsTrial,
  wrongClockTrial,
]

const USAGE = `npm run test:reliability -- [--short] [--seed <number>] [<trial> …]

  --short   minutes instead of half an hour
  --seed    seed of all random choices; the report of a run contains it

Trials, all of them when none is named:
${trials.map(({ name, summary }) => `  ${name.padEnd(18)} ${summary}`).join('\n')}
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    seed: { type: 'string' },
    help: { type: 'boolean' },
  },
})
const unknown = positionals.filter((name) => !trials.some((trial) => trial.name === name))
const isSeed = values.seed === undefined || /^\d+$/.test(values.seed)
if (values.help || !isSeed || unknown.length > 0) {
  process.stdout.write(USAGE)
  process.exit(values.help ? 0 : 2)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    killSpawned()
    void removeServers().finally(() => process.exit(130))
  })
}

const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const log = (line: string) => process.stdout.write(`${line}\n`)
for (const trial of trials) {
  if (positionals.length > 0 && !positionals.includes(trial.name)) continue
  if (!(await isPassed(trial))) process.exitCode = 1
}

async function isPassed({ name, summary, run }: Trial): Promise<boolean> {
  log(`${name}: ${summary}`)
  const options = { seed, isShort: values.short, log: (line: string) => log(`  … ${line}`) }
  const { passed, lines } = await run(options).catch((error: Error) => ({
    passed: false,
    lines: [`seed ${seed}`, error.stack ?? error.message],
  }))
  for (const line of lines) log(`  ${line}`)
  log(passed ? `${name}: passed` : `${name}: FAILED`)
  return passed
}
