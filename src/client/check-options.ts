/** What createClient() is called with: a mistake in it would otherwise show in the first request, as something else. */
import type { ClientOptions } from './connection.ts'

type OptionName = ClientOptions extends infer Option ? (Option extends Option ? keyof Option : never) : never

/** What each option must be; a new one that is missing here does not compile. */
const OPTIONS: Record<OptionName, 'address' | 'text' | 'number' | 'function' | 'flag'> = {
  baseUrl: 'address',
  clientId: 'text',
  clientSecret: 'text',
  getToken: 'function',
  extensions: 'flag',
  retries: 'number',
  retryWithinMs: 'number',
  timeoutMs: 'number',
  onRetry: 'function',
  fetch: 'function',
}
const KNOWN = Object.keys(OPTIONS) as OptionName[]
const ofType = (type: string) => KNOWN.filter((name) => OPTIONS[name] === type)
const EXAMPLE = "createClient({ baseUrl: 'https://bestow.example.com', clientId: '…', clientSecret: '…' })"

/** @throws TypeError that names the option that is missing, unknown or wrong */
export function assertClientOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) throw wrong('takes an object')
  const given = options as Record<string, unknown>
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(OPTIONS, name))
  if (unknown !== undefined) throw wrong(`has no option "${unknown}": there are ${KNOWN.join(', ')}`)
  if (!isHttpAddress(given.baseUrl))
    throw wrong(`needs the address of the server as "baseUrl", not ${shown(given.baseUrl)}`)
  assertCredentials(given)
  for (const name of ofType('number'))
    if (given[name] !== undefined && !(typeof given[name] === 'number' && given[name] >= 0))
      throw wrong(`takes a number from 0 as "${name}", not ${shown(given[name])}`)
  for (const name of ofType('function'))
    if (given[name] !== undefined && typeof given[name] !== 'function')
      throw wrong(`takes a function as "${name}", not ${shown(given[name])}`)
  for (const name of ofType('flag'))
    if (given[name] !== undefined && typeof given[name] !== 'boolean')
      throw wrong(`takes true or false as "${name}", not ${shown(given[name])}`)
}

/** An environment variable that is not set is undefined: without this, requests would be sent without a token. */
function assertCredentials(given: Record<string, unknown>): void {
  const { clientId, clientSecret, getToken } = given
  if (getToken !== undefined && (clientId !== undefined || clientSecret !== undefined))
    throw wrong('takes "getToken", or "clientId" and "clientSecret", not both')
  if (!('clientSecret' in given) && clientId === undefined) return
  for (const name of ['clientId', 'clientSecret'])
    if (typeof given[name] !== 'string' || given[name] === '')
      throw wrong(`needs a text as "${name}", not ${shown(given[name])}`)
}

function isHttpAddress(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    return /^https?:$/.test(new URL(value).protocol)
  } catch {
    return false
  }
}

const shown = (value: unknown): string => (value === undefined ? 'undefined' : JSON.stringify(value))

const wrong = (problem: string): TypeError => new TypeError(`createClient() ${problem}. Example: ${EXAMPLE}`)
