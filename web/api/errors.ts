import { type ProblemDetail, RequestProblem } from './request.ts'

/** The errors of a request by the field that they are about: the last part of the pointer. */
export function errorsByField(error: unknown): Record<string, string> {
  if (!(error instanceof RequestProblem)) return {}
  return Object.fromEntries(
    error.errors.flatMap((problem) => {
      const field = fieldOf(problem)
      return field === null ? [] : [[field, problem.detail]]
    }),
  )
}

/** What is wrong in general, for the top of a form: errors about none of its fields. */
export function errorsBeside(error: unknown, fields: string[]): string[] {
  if (error === null || error === undefined) return []
  if (!(error instanceof RequestProblem)) return [(error as Error).message]
  return error.errors
    .filter((problem) => !fields.includes(fieldOf(problem) ?? ''))
    .map(({ detail }) => detail)
}

const fieldOf = ({ source }: ProblemDetail): string | null => source?.pointer?.split('/').at(-1) ?? null
