import type { Command } from 'commander'
import { ConfigError } from '../config.ts'
import { isUnavailable } from '../db/database.ts'

export interface OutputOptions {
  json?: boolean
}

/** Adds a command with `--json`, which all of them have. */
export const subcommand = (parent: Command, usage: string, description: string): Command =>
  parent.command(usage).description(description).option('--json', 'print one line of JSON')

/** Prints a result: as one line of JSON, or in words. */
export function print({ json }: OutputOptions, result: unknown, words: string | string[]): void {
  const text = json ? JSON.stringify(result) : [words].flat().join('\n')
  process.stdout.write(`${text}\n`)
}

/** Columns of equal width, under their names. */
export function table(rows: Record<string, string>[], whenEmpty: string): string[] {
  if (rows.length === 0) return [whenEmpty]
  const names = Object.keys(rows[0]!)
  const all = [Object.fromEntries(names.map((name) => [name, name])), ...rows]
  const widths = names.map((name) => Math.max(...all.map((row) => row[name]!.length)))
  return all.map((row) =>
    names
      .map((name, i) => row[name]!.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  )
}

/** One clear line on standard error, and a failure. Of settings there may be several, a line each. */
export function complain(error: unknown): never {
  const { message } = error as Error
  const reason = isUnavailable(error)
    ? `the database cannot be reached: ${message || (error as { code?: string }).code}`
    : message
  const lines = error instanceof ConfigError ? message.split('\n') : [oneLine(reason)]
  for (const line of lines) process.stderr.write(`bestow: ${line}\n`)
  process.exit(1)
}

/** What commander says of a command that it does not understand, in our words. */
export const misused = (text: string): string =>
  `bestow: ${oneLine(text.replace(/^error: /, ''))} (add --help for how to use it)\n`

const oneLine = (text: string) =>
  text
    .trim()
    .split(/\s*\n\s*/)
    .join(' ')
