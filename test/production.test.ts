import pg from 'pg'
import { beforeAll, expect, inject, test } from 'vitest'
import { type Connection, connectionConfig } from '../src/platform/db/database.ts'
import { databaseOn } from '../src/testing/global-setup.ts'
import {
  BESTOW,
  bestow,
  bestowJson,
  bestowRunning,
  launch,
  type Running,
  signIn,
  until,
} from './processes.ts'

let connection: Connection
let settings: Record<string, string>
let key: Record<string, string>
let nodes: Running[]
let workers: Running[]

beforeAll(async () => {
  connection = await emptyDatabase()
  settings = {
    DATABASE_URL: addressOf(connection),
    SECRET_KEY: 'a key that is only good for these tests',
    PUBLIC_URL: 'https://members.example.com',
    PORT: '0',
    DATA_DIR: '/dev/null/never-used',
    RATE_LIMIT: '40',
  }
  const launch = (command: string) => bestowRunning([command], { settings })
  ;[nodes, workers] = await Promise.all([
    Promise.all([launch('serve'), launch('serve')]),
    Promise.all([launch('worker'), launch('worker')]),
  ])
})

test('production creates no demo data', async () => {
  const { code, stderr } = await bestow(['keys', 'list'], settings)
  expect([code, stderr]).toEqual([1, expect.stringContaining('There is no account yet')])
  key = await bestowJson(
    ['accounts', 'create', '--name', 'Studio', '--owner', 'Olivia', '--email', 'olivia@example.com'].concat([
      '--site',
      'Studio',
      '--subdomain',
      'studio',
    ]),
    settings,
  )
})

test('a grant through one server is read through the other, and sends its e-mail once', async () => {
  const [one, two] = nodes.map(({ ready }) => ready.url!)
  const api = await signIn({ ...key, url: one! })
  const contact = (await api.createContact('ada@example.com')).body.data.id
  await addOffer()
  expect((await api.grant(contact)).status).toBe(200)
  const held = await api.get(`/v1/contacts/${contact}/relationships/offers`, two)
  expect(held.body.data).toEqual([{ type: 'offers', id: '1' }])
  expect(held.body.links.self).toMatch(/^https:\/\/members\.example\.com\//)

  const emails = () => bestowJson(['emails', 'list', '--kind', 'welcome'], settings)
  await until(async () => (await emails())[0]?.status === 'kept')
  expect(await emails()).toHaveLength(1)
})

test('a key that exceeds RATE_LIMIT gets 429 with Retry-After', async () => {
  const api = await signIn({ ...key, url: nodes[1]!.ready.url! })
  const first = await api.get('/v1/me')
  expect(Number(first.headers.get('ratelimit-limit'))).toBe(40)
  const answers = await Promise.all(Array.from({ length: 45 }, () => api.get('/v1/me')))
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(0)
  expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('the clock cannot be moved', async () => {
  const { code, stderr } = await bestow(['clock', 'advance', '1d'], settings)
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^bestow: The clock can be moved in development only.*\n$/),
  ])
  const { now } = await bestowJson(['clock', 'show'], settings)
  expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(60_000)
})

test('a rotated key’s tokens are refused by every server at once', async () => {
  const apis = await Promise.all(nodes.map(({ ready }) => signIn({ ...key, url: ready.url! })))
  await bestowJson(['keys', 'rotate', key.client_id!], settings)
  const answers = await Promise.all(apis.map((api) => api.get('/v1/contacts')))
  for (const { status } of answers) expect([401, 429]).toContain(status)
  expect(answers[0]!.status).toBe(401)
})

test('servers and workers stop on SIGTERM', async () => {
  for (const { child } of [...nodes, ...workers]) child.kill('SIGTERM')
  expect(await Promise.all([...nodes, ...workers].map(({ exited }) => exited))).toEqual([0, 0, 0, 0])
  for (const running of [...nodes, ...workers]) expect(running.stderr()).toBe('')
})

test.each([
  ['serve', 'node'],
  ['worker', process.execPath],
])('a %s started by npx stops with npx', async (command, node) => {
  // As npx starts it: in a shell, which does not forward signals.
  const shell = `'${node}' '${BESTOW}' ${command} --json; exit $?`
  const running = await launch('sh', ['-c', shell], { settings: { ...settings, npm_lifecycle_event: 'npx' } })
  // Its output is open as long as any of its processes runs.
  const closed = new Promise((done) => running.child.once('close', done))
  running.child.kill('SIGTERM')
  await closed
})

test.each(['serve', 'worker'])('%s refuses to start without SECRET_KEY and PUBLIC_URL', async (command) => {
  const { code, stderr } = await bestow([command], { DATABASE_URL: settings.DATABASE_URL })
  expect(code).toBe(1)
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^bestow: SECRET_KEY is required/),
    expect.stringMatching(/^bestow: PUBLIC_URL is required/),
  ])
})

/** All that start concurrently find an empty database, and migrate it together. */
async function emptyDatabase(): Promise<Connection> {
  const server = inject('postgres')
  const name = `production_${process.pid}_${Date.now()}`
  const client = new pg.Client(connectionConfig(server))
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  return databaseOn(server, name)
}

function addressOf(to: Connection): string {
  if (typeof to === 'string') return to
  return `postgresql:///${to.database}?host=${to.host}&port=${to.port}&user=${to.user}`
}

/** Inserts an offer. */
async function addOffer(): Promise<void> {
  const client = new pg.Client(connectionConfig(connection))
  await client.connect()
  await client.query(`
    insert into offers (site_id, title, token, published_at, created_at, updated_at)
    select id, 'Watercolour', 'watercolour', now(), now(), now() from sites`)
  await client.end()
}

test('a failed migration reports the error and releases its lock, also the second time', async () => {
  const clashing = await emptyDatabase()
  const client = new pg.Client(connectionConfig(clashing))
  await client.connect()
  await client.query('create table accounts (somebody_elses text)')
  await client.end()
  for (let i = 0; i < 2; i++) {
    const { code, stderr } = await bestow(['migrate'], { DATABASE_URL: addressOf(clashing) })
    expect([code, stderr]).toEqual([1, expect.stringContaining('0001_accounts failed')])
  }
})
