/** Checks what tests pass to the kit. A mistake is reported where it was made, with an example of what is right. */

/** What a value has to be. */
export interface Kind {
  /** Completes "must be". */
  form: string
  accepts: (value: unknown) => boolean
}

interface Shape {
  /** What can be given. */
  kinds: Record<string, Kind>
  /** Names of `kinds` that must be given. */
  required?: string[]
  /** Whether there can be others: attributes of the API, which the server checks. */
  isOpen?: boolean
  /** A call that is right. */
  example: string
}

export const text: Kind = {
  form: 'a text that is not empty',
  accepts: (value) => typeof value === 'string' && value.trim() !== '',
}

export const email: Kind = {
  form: 'an e-mail address',
  accepts: (value) => typeof value === 'string' && value.includes('@'),
}

export const flag: Kind = { form: 'true or false', accepts: (value) => typeof value === 'boolean' }

export const positive: Kind = {
  form: 'a whole number from 1',
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
}

export const time: Kind = {
  form: 'a time, as in "2026-01-15T09:00:00Z", or a Date',
  // The server reads the text.
  accepts: (value) =>
    value instanceof Date ? !Number.isNaN(value.getTime()) : typeof value === 'string' && value !== '',
}

export const texts: Kind = {
  form: "an object of texts, as in { EXTENSIONS: 'off' }",
  accepts: (value) => isObject(value) && Object.values(value).every((one) => typeof one === 'string'),
}

export const postgresAddress: Kind = {
  form: 'the address of a PostgreSQL server, as in "postgres://user:password@localhost/postgres"',
  accepts: (value) => typeof value === 'string' && /^postgres(ql)?:\/\//.test(value),
}

export const ref: Kind = {
  form: 'a resource or its id, which is a text',
  accepts: (value) => text.accepts(isObject(value) ? value.id : value),
}

export const refs: Kind = {
  form: 'an array of resources or of their ids, which are texts',
  accepts: (value) => Array.isArray(value) && value.every(ref.accepts),
}

/** For what the server checks. */
export const anything: Kind = { form: 'given', accepts: () => true }

/**
 * @param call the function, as in "offer"
 * @throws TypeError that names what is missing, unknown or wrong
 */
export function assertOptions(
  call: string,
  value: unknown,
  { kinds, required = [], isOpen = false, example }: Shape,
): void {
  const fail = (problem: string) => {
    throw new TypeError(`${call}() ${problem}. Example: ${example}`)
  }
  if (value !== undefined && !isObject(value)) fail(`takes an object, not ${shown(value)}`)
  const given = Object.entries(value ?? {}).filter(([, one]) => one !== undefined)
  const names = given.map(([name]) => name)
  const missing = required.filter((name) => !names.includes(name))
  if (missing.length > 0) fail(`needs ${missing.map((name) => `"${name}"`).join(' and ')}`)
  const unknown = names.find((name) => !isOpen && !Object.hasOwn(kinds, name))
  if (unknown !== undefined) fail(`has no "${unknown}": there are ${Object.keys(kinds).join(', ')}`)
  for (const [name, one] of given) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
    if (kind && !kind.accepts(one))
      fail(`was called with a wrong "${name}": it must be ${kind.form}, not ${shown(one)}`)
  }
}

/**
 * @param call the function, as in "access"
 * @throws TypeError for a value that is missing or wrong
 */
export function assertArgument(call: string, value: unknown, kind: Kind, example: string): void {
  if (!kind.accepts(value))
    throw new TypeError(`${call}() takes ${kind.form}, not ${shown(value)}. Example: ${example}`)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

const LONGEST = 80

/** As a test would write it. */
function shown(value: unknown): string {
  if (value instanceof Date) return 'an invalid Date'
  if (typeof value === 'function') return 'a function'
  const written =
    typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : String(value)
  return written.length > LONGEST ? `${written.slice(0, LONGEST)}…` : written
}
