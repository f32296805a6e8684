import type { TObject } from 'typebox'
import { Type } from 'typebox'
import type { Permission } from '../platform/auth/permissions.ts'
import type { Api } from './api.ts'
import type { Plans } from './plans.ts'

export interface ToolContext {
  api: Api
  plans: Plans
}

/** What a tool does to the data: reads, adds, or changes what exists so that access can be lost. */
export type Effect = 'reads' | 'adds' | 'destroys'

/** A tool of the MCP server. It is offered to whoever has all of its permissions. */
export interface Tool {
  name: string
  title: string
  description: string
  input: TObject
  permissions: Permission[]
  effect: Effect
  /** Whether a repetition with the same arguments has no further effect. */
  isIdempotent?: boolean
  /** In development alone. */
  isForDevelopment?: boolean
  /** @returns text for a model: short lines, without secrets. @throws Refusal */
  // biome-ignore lint/suspicious/noExplicitAny: validated by `input` before the call
  run: (context: ToolContext, args: any) => Promise<string>
}

export const Id = (what: string) =>
  Type.String({ pattern: '^[0-9]{1,18}$', description: `Id of the ${what}, as text` })

/** Longest result in characters. */
const MOST_CHARACTERS = 2_000

/** Lines as one text; what does not fit is counted. */
export function lines(all: string[], whenNone: string): string {
  if (all.length === 0) return whenNone
  const shown: string[] = []
  let length = 0
  for (const line of all) {
    if (length + line.length > MOST_CHARACTERS) break
    shown.push(line)
    length += line.length + 1
  }
  if (shown.length === 0) return `${all[0]!.slice(0, MOST_CHARACTERS)} …`
  const rest = all.length - shown.length
  return [...shown, ...(rest > 0 ? [`… and ${rest} more lines.`] : [])].join('\n')
}
