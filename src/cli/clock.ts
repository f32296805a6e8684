import type { Command } from 'commander'
import { parseDuration } from '../platform/clock/clock.ts'
import { advanceClock, countExpiring, type Expired } from '../worker/advance-clock.ts'
import { type OutputOptions, print, subcommand } from './output.ts'
import { withApp } from './with-app.ts'

export function clockCommands(program: Command): void {
  const clock = program.command('clock').description('show or move the clock of a development server')
  subcommand(clock, 'show', 'show the current time').action(async (options: OutputOptions) => {
    const now = await withApp('clock show', async (app) => app.clock.now())
    printTime(options, now)
  })
  subcommand(
    clock,
    'advance <duration>',
    'move the clock forward, for example by 30d or 36h, and run everything that becomes due',
  ).action(async (duration: string, options: OutputOptions) => {
    const milliseconds = parseDuration(duration)
    const { now, expired } = await withApp('clock advance', async (app) => {
      const expiring = await countExpiring(app, milliseconds)
      await advanceClock(app, milliseconds)
      return { now: app.clock.now().toISOString(), expired: expiring }
    })
    print(options, { now, expired }, [now, ...describe(expired)])
  })
}

/** Clients and members are surprised by what nobody did: they have to sign in again. */
function describe(expired: Expired): string[] {
  const counts = {
    'access token': expired.access_tokens,
    'refresh token': expired.refresh_tokens,
    'member session': expired.sessions,
    link: expired.links,
  }
  const lines = Object.entries(counts).flatMap(([what, count]) =>
    count > 0 ? [`${count} ${what}${count === 1 ? '' : 's'}`] : [],
  )
  if (lines.length === 0) return []
  return [
    `Expired: ${lines.join(', ')}.`,
    ...(expired.access_tokens > 0 ? ['Clients need a new access token from POST /v1/oauth/token.'] : []),
  ]
}

const printTime = (options: OutputOptions, now: Date) =>
  print(options, { now: now.toISOString() }, now.toISOString())
