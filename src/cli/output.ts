import type { Command, CommandOptions } from 'commander'
import { ConfigError } from '../platform/config.ts'
import { isUnavailable } from '../platform/db/database.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import { escapeControls, onOneLine, printable } from './terminal.ts'

export interface OutputOptions {
  json?: boolean
}

/** Adds a command with `--json`, which all of them have. */
export const subcommand = (
  parent: Command,
  usage: string,
  description: string,
  options?: CommandOptions,
): Command =>
  parent
    .command(usage, options)
    .description(description)
    .option('--json', 'print the result as one line of JSON')

/** Prints a result: as one line of JSON, or in words. */
export function print({ json }: OutputOptions, result: unknown, words: string | string[]): void {
  const text = json ? escapeControls(JSON.stringify(result)) : printable([words].flat().join('\n'))
  process.stdout.write(`${text}\n`)
}

/** Columns of equal width, under their names; a cell is always on one line. */
export function table(rows: Record<string, string>[], whenEmpty: string): string[] {
  if (rows.length === 0) return [whenEmpty]
  const names = Object.keys(rows[0]!)
  const cells = rows.map((row) => Object.fromEntries(names.map((name) => [name, onOneLine(row[name]!)])))
  const all = [Object.fromEntries(names.map((name) => [name, name])), ...cells]
  const widths = names.map((name) => Math.max(...all.map((row) => row[name]!.length)))
  return all.map((row) =>
    names
      .map((name, i) => row[name]!.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  )
}

/** Several mistakes, a line each. */
export class Mistakes extends Error {
  readonly lines: string[]

  constructor(lines: string[]) {
    super(lines.join('\n'))
    this.lines = lines
  }
}

/** One clear line on standard error, and a failure. Of settings there may be several, a line each. */
export function complain(error: unknown): never {
  const { message } = error as Error
  const reason = isUnavailable(error)
    ? `the database cannot be reached: ${message || (error as { code?: string }).code}`
    : message
  const lines = error instanceof ConfigError ? message.split('\n') : (mistakesIn(error) ?? [reason])
  for (const line of lines) process.stderr.write(`bestow: ${onOneLine(line)}\n`)
  process.exit(1)
}

/** When there are several: each with its place. */
function mistakesIn(error: unknown): string[] | null {
  if (error instanceof Mistakes) return error.lines
  if (!(error instanceof ApiError) || error.others.length === 0) return null
  return [error, ...error.others].map(({ message, source }) =>
    source?.pointer ? `${source.pointer}: ${message}` : message,
  )
}

/** What commander says of a command that it does not understand, in our words. */
export const misused = (text: string): string =>
  `bestow: ${onOneLine(text.replace(/^error: /, ''))} (add --help for usage)\n`
