import { isDeepStrictEqual } from 'node:util'

/** Of the values to set those that differ from a row's; what is undefined is not to be set. */
export function differing<Values extends object>(values: Values, row: object): Partial<Values> {
  const current = row as Record<string, unknown>
  const differs = ([name, value]: [string, unknown]) =>
    value !== undefined && !isDeepStrictEqual(value, current[name])
  return Object.fromEntries(Object.entries(values).filter(differs)) as Partial<Values>
}
