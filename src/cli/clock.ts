import type { Command } from 'commander'
import { advanceClock } from '../clock/advance-clock.ts'
import { parseDuration } from '../clock/clock.ts'
import { type OutputOptions, print, subcommand } from './output.ts'
import { withApp } from './with-app.ts'

export function clockCommands(program: Command): void {
  const clock = program.command('clock').description('the clock of a development server')
  subcommand(clock, 'show', 'show what time it is').action(async (options: OutputOptions) => {
    const now = await withApp('clock show', async (app) => app.clock.now())
    printTime(options, now)
  })
  subcommand(
    clock,
    'advance <duration>',
    'move it ahead, as by 30d or 36h; all that becomes due is done before this returns',
  ).action(async (duration: string, options: OutputOptions) => {
    const milliseconds = parseDuration(duration)
    const now = await withApp('clock advance', async (app) => {
      await advanceClock(app, milliseconds)
      return app.clock.now()
    })
    printTime(options, now)
  })
}

const printTime = (options: OutputOptions, now: Date) =>
  print(options, { now: now.toISOString() }, now.toISOString())
