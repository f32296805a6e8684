import { RequestProblem } from '../../api/request.ts'

/** Errors of a request by the pointers to what they are about. */
export type Errors = { pointer: string; detail: string }[]

export function errorsIn(error: unknown): Errors {
  if (error === null || error === undefined) return []
  if (!(error instanceof RequestProblem)) return [{ pointer: '', detail: (error as Error).message }]
  return error.errors.map(({ detail, source }) => ({ pointer: source?.pointer ?? '', detail }))
}

const ATTRIBUTES = '/data/attributes'

const isAt = (pointer: string, path: string) => pointer === path || pointer.startsWith(`${path}/`)

/** The errors about a part of an automation such as `actions/2`, by the names of its members; '' for the part itself. */
export function errorsAt(errors: Errors, part: string): Record<string, string> {
  const path = `${ATTRIBUTES}/${part}`
  const within = errors.filter(({ pointer }) => isAt(pointer, path))
  return Object.fromEntries(within.map(({ pointer, detail }) => [pointer.slice(path.length + 1), detail]))
}

const SHOWN = ['name', 'trigger', 'conditions', 'actions/'].map((part) => `${ATTRIBUTES}/${part}`)

/** What no part of the builder shows. */
export const errorsElsewhere = (errors: Errors): string[] =>
  errors.filter(({ pointer }) => !SHOWN.some((path) => pointer.startsWith(path))).map(({ detail }) => detail)
