/**
 * The only reader of the environment. Each setting stands once in `settings`, with its default and
 * its meaning; the table in docs/settings.md is checked against it.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseS3Address, type S3Location } from './files/s3-store.ts'

interface Setting<T> {
  /** Written as it would be in the environment; null: no default. */
  default: string | null
  meaning: string
  /** Returns the value, or throws an Error whose message completes "PORT …". */
  parse: (text: string) => T
}

const setting = <T>(fallback: string | null, parse: (text: string) => T, meaning: string): Setting<T> => ({
  default: fallback,
  meaning,
  parse,
})

/** A setting without a default, absent unless it is given. */
const optional = <T>(parse: (text: string) => T, meaning: string): Setting<T | null> =>
  setting<T | null>(null, parse, meaning)

export const settings = {
  DATABASE_URL: optional(postgresUrl, 'PostgreSQL 15 or newer to use instead of the embedded one'),
  DATA_DIR: setting('./data', folder, 'folder of the embedded database and the development key'),
  UPLOADS_URL: optional(
    s3Location,
    'S3-compatible store of uploads, `s3://key:secret@bucket?region=…&endpoint=https://…`; without it, the folder `uploads` in DATA_DIR',
  ),
  UPLOAD_LIMIT_MB: setting('2000', integer(1, 1_000_000), 'largest upload, in megabytes'),
  HOST: setting('127.0.0.1', text, 'address to listen on'),
  PORT: setting('3000', integer(0, 65535), 'port to listen on; 0 picks a free one'),
  PUBLIC_URL: optional(
    httpUrl,
    'URL under which clients and members reach the server; required by `serve` and `worker`',
  ),
  SECRET_KEY: optional(
    secretKey,
    'signs tokens and links and encrypts secrets, at least 32 characters; required by `serve` and `worker`',
  ),
  SECRET_KEY_PREVIOUS: optional(
    secretKey,
    'the previous SECRET_KEY; decrypts existing secrets until `bestow secrets reseal` has run',
  ),
  STRIPE_API_URL: optional(
    stripeUrl,
    'address to use instead of that of Stripe’s API, for tests: https, or http on this machine',
  ),
  SMTP_URL: optional(
    smtpUrl,
    'mail server, `smtp://user:password@host:port`; without it, e-mails stay in the outbox',
  ),
  MAIL_FROM: setting('no-reply@localhost', emailAddress, 'sender address of e-mails'),
  TOKEN_TTL: setting('604800', integer(60, 31_536_000), 'lifetime of an access token, in seconds'),
  PASSWORD_GRANT: setting('off', onOff, 'token requests with a user’s `username` and `password`'),
  PASSWORD_COST: setting(
    '15',
    integer(10, 17),
    'work of checking a password: scrypt with N = 2 to this power, r = 8, p = 3; at least 15 in production',
  ),
  RATE_LIMIT: optional(
    integer(0, 10_000_000),
    'requests a key may make per minute and process, 0 for no limit; 600 for `serve`, no limit for `npm start`',
  ),
  CONCURRENT_REQUESTS: setting(
    '250',
    integer(0, 100_000),
    'maximum concurrent requests per process; more get 503; 0 for no limit',
  ),
  JSONAPI_STRICT: setting('off', onOff, 'reject requests that JSON:API 1.1 does not allow'),
  EXTENSIONS: setting('on', onOff, 'operations, parameters and members that the Kajabi API does not have'),
  API_DOCS: optional(
    onOff,
    'serve the API reference at `/docs` and `/openapi.json` to everyone; on for `npm start`, otherwise off',
  ),
  ALLOW_PRIVATE_TARGETS: optional(
    onOff,
    'allow webhooks to this machine and to private networks; on for `npm start`, otherwise off',
  ),
  KEEP_DELIVERIES_DAYS: setting(
    '30',
    integer(1, 36_500),
    'days that finished webhook deliveries and their attempts are kept',
  ),
  KEEP_BULK_JOBS_DAYS: setting(
    '30',
    integer(1, 36_500),
    'days that finished bulk jobs and their rows are kept',
  ),
  KEEP_EVENTS_DAYS: setting(
    '400',
    integer(30, 36_500),
    'days that events and the automation runs they started are kept',
  ),
  REFUSE_DISPOSABLE_EMAILS: setting(
    'on',
    onOff,
    'refuse addresses of disposable e-mail services in forms and claims of free offers',
  ),
  CHECK_EMAIL_DOMAINS: optional(
    onOff,
    'refuse addresses in forms and claims of free offers whose domain does not accept e-mail, according to DNS; off for `npm start`, otherwise on',
  ),
  METRICS_TOKEN: optional(
    text,
    'bearer token for `/metrics`, which is not answered without it in production',
  ),
  METRICS_PORT: optional(
    integer(1, 65535),
    'port on HOST where `worker` answers `/metrics`, `/healthz` and `/readyz`; without it, nowhere',
  ),
  DATABASE_POOL: setting('20', integer(2, 1000), 'connections to the database, per process'),
  TRUST_PROXY: setting(
    '0',
    integer(0, 10),
    'number of proxies in front whose `X-Forwarded-*` headers are trusted; 1 for one TLS-terminating proxy',
  ),
  LOG_LEVEL: setting(
    'warn',
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    'minimum log level (JSON lines on standard error)',
  ),
} satisfies Record<string, Setting<unknown>>

type Settings = typeof settings
export type SettingName = keyof Settings

/**
 * development: `npm start` and the commands of a clone; a key is made, no rate limit, the clock can be moved.
 * production: `bestow serve` and `bestow worker`.
 */
export type Mode = 'development' | 'production'

export type Config = { [Name in SettingName]: ReturnType<Settings[Name]['parse']> } & { mode: Mode }

/** npm sets this variable for the scripts that it runs. */
export const isRunByNpm = (): boolean => process.env.npm_lifecycle_event !== undefined

/** Whether npx runs this process: in a shell, which a signal ends without passing it on. */
export const isRunByNpx = (): boolean => process.env.npm_lifecycle_event === 'npx'

/** A setting that cannot be used. The message names it and says what would be right. */
export class ConfigError extends Error {}

/**
 * Reads and checks every setting. `<name>_FILE` names a file that has the value, as systems for secrets provide them.
 *
 * @throws ConfigError that lists everything that is wrong, one setting a line.
 */
export function loadConfig(
  mode: Mode,
  environment: Record<string, string | undefined> = process.env,
): Config {
  const problems: string[] = []
  const values: Record<string, unknown> = { mode }
  for (const [name, { default: fallback, parse }] of Object.entries<Setting<unknown>>(settings)) {
    try {
      const given = givenValue(name, environment) || fallback
      values[name] = given === null ? null : parse(given)
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}`)
    }
  }
  const config = values as Config
  if (mode === 'production') problems.push(...missingInProduction(config))
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  return config
}

function givenValue(name: string, environment: Record<string, string | undefined>): string | undefined {
  const given = environment[name]?.trim()
  const file = environment[`${name}_FILE`]?.trim()
  if (!file) return given
  if (given) throw new Error(`and ${name}_FILE are both set; keep one of them`)
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new Error(`cannot be read from ${name}_FILE: ${(error as Error).message}`)
  }
}

function missingInProduction(config: Config): string[] {
  const reasons = {
    SECRET_KEY: 'is required: it signs tokens and links. Create one with `openssl rand -base64 32`',
    PUBLIC_URL:
      'is required: links in responses and e-mails start with it, for example https://bestow.example.com',
  }
  const missing = Object.entries(reasons).filter(([name]) => config[name as SettingName] === null)
  const problems = missing.map(([name, reason]) => `${name} ${reason}`)
  // Below what OWASP recommends, a stolen table of hashes is worth guessing.
  if (config.PASSWORD_COST < Number(settings.PASSWORD_COST.default))
    problems.push(`PASSWORD_COST must be at least ${settings.PASSWORD_COST.default} in production`)
  if (config.SMTP_URL !== null && config.MAIL_FROM === settings.MAIL_FROM.default) {
    problems.push('MAIL_FROM is required: mail servers reject e-mails from no-reply@localhost')
  }
  return problems
}

function text(value: string): string {
  return value
}

function folder(value: string): string {
  return resolve(value)
}

function integer(least: number, most: number) {
  return (value: string): number => {
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < least || number > most)
      throw new Error(`must be a whole number from ${least} to ${most}, not "${value}"`)
    return number
  }
}

function oneOf<const Choice extends string>(choices: readonly Choice[]) {
  return (value: string): Choice => {
    const choice = choices.find((candidate) => candidate === value.toLowerCase())
    if (!choice) throw new Error(`must be one of ${choices.join(', ')}, not "${value}"`)
    return choice
  }
}

function onOff(value: string): boolean {
  if (['on', '1', 'true', 'yes'].includes(value.toLowerCase())) return true
  if (['off', '0', 'false', 'no'].includes(value.toLowerCase())) return false
  throw new Error(`must be on or off, not "${value}"`)
}

function url(value: string, protocols: string[], example: string): URL {
  const parsed = URL.parse(value)
  // The value is not repeated: an address may carry a password.
  if (!parsed || !protocols.includes(parsed.protocol)) throw new Error(`must be an address like ${example}`)
  return parsed
}

function postgresUrl(value: string): string {
  url(value, ['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/bestow')
  return value
}

function s3Location(value: string): S3Location {
  return parseS3Address(url(value, ['s3:'], 's3://bucket?region=eu-central-1'))
}

function httpUrl(value: string): string {
  const { origin, href } = url(value, ['http:', 'https:'], 'https://bestow.example.com')
  if (href !== `${origin}/`) throw new Error(`must be an address without a path, like ${origin}`)
  return origin
}

/** Keys are sent there. */
function stripeUrl(value: string): string {
  const origin = httpUrl(value)
  const { protocol, hostname } = new URL(origin)
  if (protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return origin
  throw new Error('must be an https address, or one of this machine')
}

function smtpUrl(value: string): string {
  url(value, ['smtp:', 'smtps:'], 'smtp://user:password@mail.example.com:587')
  return value
}

function secretKey(value: string): string {
  if (value.length < 32) throw new Error('must be at least 32 characters long')
  return value
}

function emailAddress(value: string): string {
  if (!/^[^\s@<>"]+@[^\s@<>"]+$/.test(value)) throw new Error(`must be an e-mail address, not "${value}"`)
  return value
}
