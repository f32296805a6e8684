import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, loadConfig, type SettingName, settings } from './config.ts'

const names = Object.keys(settings) as SettingName[]
const read = (name: SettingName, value: string) => loadConfig('development', { [name]: value })[name]

const right: Partial<Record<SettingName, [given: string, read: unknown][]>> = {
  DATABASE_URL: [
    ['postgres://u:p@db:5432/bestow', 'postgres://u:p@db:5432/bestow'],
    ['postgresql:///bestow?host=/run/postgresql', 'postgresql:///bestow?host=/run/postgresql'],
  ],
  DATA_DIR: [['/srv/data', '/srv/data']],
  UPLOADS_URL: [
    [
      's3://key:secret@bucket?region=eu-west-1',
      {
        bucket: 'bucket',
        prefix: '',
        region: 'eu-west-1',
        endpoint: null,
        credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
      },
    ],
  ],
  UPLOAD_LIMIT_MB: [['1', 1]],
  HOST: [['0.0.0.0', '0.0.0.0']],
  PORT: [
    ['0', 0],
    ['65535', 65535],
    [' 8080 ', 8080],
  ],
  PUBLIC_URL: [['https://members.example.com/', 'https://members.example.com']],
  SECRET_KEY: [['x'.repeat(32), 'x'.repeat(32)]],
  STRIPE_API_URL: [
    ['https://stripe.example.com/', 'https://stripe.example.com'],
    ['http://127.0.0.1:12111', 'http://127.0.0.1:12111'],
  ],
  SMTP_URL: [['smtps://u:p@mail:465', 'smtps://u:p@mail:465']],
  MAIL_FROM: [['hello@example.com', 'hello@example.com']],
  TOKEN_TTL: [['60', 60]],
  PASSWORD_GRANT: [['on', true]],
  PASSWORD_COST: [['17', 17]],
  RATE_LIMIT: [['0', 0]],
  API_DOCS: [['off', false]],
  ALLOW_PRIVATE_TARGETS: [
    ['on', true],
    ['0', false],
  ],
  REFUSE_DISPOSABLE_EMAILS: [['off', false]],
  CHECK_EMAIL_DOMAINS: [['on', true]],
  KEEP_BULK_JOBS_DAYS: [['30', 30]],
  KEEP_DELIVERIES_DAYS: [['7', 7]],
  KEEP_EVENTS_DAYS: [['365', 365]],
  SECRET_KEY_PREVIOUS: [['k'.repeat(32), 'k'.repeat(32)]],
  CONCURRENT_REQUESTS: [['1', 1]],
  JSONAPI_STRICT: [['TRUE', true]],
  EXTENSIONS: [['no', false]],
  METRICS_TOKEN: [['secret', 'secret']],
  METRICS_PORT: [['9464', 9464]],
  DATABASE_POOL: [['2', 2]],
  TRUST_PROXY: [
    ['0', 0],
    ['2', 2],
  ],
  LOG_LEVEL: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => [level, level]),
}

const wrong: Partial<Record<SettingName, string[]>> = {
  DATABASE_URL: ['mysql://db/bestow', 'bestow', '/run/postgresql'],
  UPLOADS_URL: ['https://bucket.example.com', 'bucket'],
  UPLOAD_LIMIT_MB: ['0', '2 GB'],
  METRICS_PORT: ['65536', 'on'],
  PORT: ['65536', '-1', '3000x', '1.5', '0x10', 'http'],
  PUBLIC_URL: ['members.example.com', 'ftp://members.example.com', '/members'],
  SECRET_KEY: ['x'.repeat(31)],
  STRIPE_API_URL: ['http://stripe.example.com', 'stripe.example.com'],
  SMTP_URL: ['mail.example.com:587', 'http://mail.example.com'],
  MAIL_FROM: ['nobody', 'Ada <ada@example.com>', 'a@b@c', 'a b@example.com'],
  TOKEN_TTL: ['59', '1h', '99999999999'],
  PASSWORD_GRANT: ['maybe'],
  PASSWORD_COST: ['9', '18'],
  RATE_LIMIT: ['-1', 'none'],
  API_DOCS: ['private'],
  ALLOW_PRIVATE_TARGETS: ['perhaps'],
  REFUSE_DISPOSABLE_EMAILS: ['some'],
  CHECK_EMAIL_DOMAINS: ['dns'],
  KEEP_BULK_JOBS_DAYS: ['0', 'ever'],
  KEEP_DELIVERIES_DAYS: ['0', 'ever'],
  KEEP_EVENTS_DAYS: ['7'],
  SECRET_KEY_PREVIOUS: ['short'],
  CONCURRENT_REQUESTS: ['many'],
  JSONAPI_STRICT: ['2'],
  EXTENSIONS: ['all'],
  DATABASE_POOL: ['1', '1001'],
  TRUST_PROXY: ['on', '11', '10.0.0.0/8'],
  LOG_LEVEL: ['verbose', 'loud'],
}

/** Any text will do; whether it can be used shows when it is. */
const anything: SettingName[] = ['DATA_DIR', 'HOST', 'METRICS_TOKEN']

test('every setting is in the tables of this test', () => {
  expect(Object.keys(right).sort()).toEqual([...names].sort())
  expect([...Object.keys(wrong), ...anything].sort()).toEqual([...names].sort())
})

const each = <Value>(table: Partial<Record<SettingName, Value[]>>) =>
  Object.entries(table).flatMap(([name, values]) =>
    values.map((value): [SettingName, Value] => [name as SettingName, value]),
  )

test.each(each(right))('%s can be %j', (name, [given, expected]) => {
  expect(read(name, given)).toEqual(expected)
})

test.each(each(wrong))('%s cannot be %j, and is named', (name, value) => {
  expect(() => read(name, value)).toThrow(ConfigError)
  expect(() => read(name, value)).toThrow(new RegExp(`^${name} must be `))
})

test.each(names)('%s that is empty counts as not given', (name) => {
  expect(read(name, '  ')).toEqual(loadConfig('development', {})[name])
})

test('all invalid settings are reported together, a line for each', () => {
  expect(() => loadConfig('production', { PORT: 'x', TOKEN_TTL: 'x', SECRET_KEY: 'short' })).toThrow(
    /^PORT .*\nSECRET_KEY must .*\nTOKEN_TTL .*\nPUBLIC_URL is required.*$/,
  )
})

describe('secrets', () => {
  test.each([
    ['DATABASE_URL', 'mysql://u:hunter2@db/x'],
    ['SMTP_URL', 'http://u:hunter2@mail'],
    ['SECRET_KEY', 'hunter2'],
    ['PUBLIC_URL', 'ftp://u:hunter2@example.com'],
  ] as const)('a wrong %s is not repeated in the message', (name, value) => {
    expect(() => read(name, value)).toThrow(/^(?!.*hunter2)/)
  })
})

test('a setting is read from the file that its name with _FILE names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bestow-config-'))
  const file = join(folder, 'secret')
  writeFileSync(file, `${'s'.repeat(32)}\n`)
  expect(loadConfig('development', { SECRET_KEY_FILE: file }).SECRET_KEY).toBe('s'.repeat(32))
  const reading = (environment: Record<string, string>) => () => loadConfig('development', environment)
  expect(reading({ SECRET_KEY_FILE: join(folder, 'none') })).toThrow(
    /^SECRET_KEY cannot be read from SECRET_KEY_FILE/,
  )
  expect(reading({ SECRET_KEY_FILE: file, SECRET_KEY: 'k'.repeat(32) })).toThrow(/both set/)
  rmSync(folder, { recursive: true })
})
