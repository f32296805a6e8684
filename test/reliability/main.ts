/** `npm run test:reliability`: tries what may happen to a server, and tells what came of it. */
import { parseArgs } from 'node:util'
import { killSpawned } from '../launch.ts'
import { crashes } from './crashes.ts'
import type { Trial } from './trial.ts'

/** In the order in which they are run. */
const trials: Trial[] = [crashes]

const USAGE = `npm run test:reliability -- [--short] [--seed <number>] [<trial> …]

  --short   minutes instead of half an hour
  --seed    decides every choice that is left to chance; that of a run is in its report

Trials, all of them when none is named:
${trials.map(({ name, sentence }) => `  ${name.padEnd(16)} ${sentence}`).join('\n')}
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
if (values.help || unknown.length > 0) {
  process.stdout.write(USAGE)
  process.exit(values.help ? 0 : 2)
}

process.on('exit', killSpawned)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const say = (line: string) => process.stdout.write(`${line}\n`)
for (const { name, sentence, run } of trials) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  say(`${name}: ${sentence}`)
  const { passed, lines } = await run({ seed, isShort: values.short, say: (line) => say(`  … ${line}`) })
  for (const line of lines) say(`  ${line}`)
  say(passed ? `${name}: passed` : `${name}: FAILED`)
  if (!passed) process.exitCode = 1
}
