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

/** One clear line on standard error, and a failure. */
export function complain(error: unknown): never {
  const { message } = error as Error
  const reason = isUnavailable(error)
    ? `the database cannot be reached: ${message || (error as { code?: string }).code}`
    : message
  const lines = error instanceof ConfigError ? message.split('\n') : [reason.split('\n').join(' ')]
  for (const line of lines) process.stderr.write(`bestow: ${line}\n`)
  process.exit(1)
}
