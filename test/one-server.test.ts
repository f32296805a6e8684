import { readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { dueToday, isControlDue } from './depth.ts'
import {
  begin,
  bestow,
  bestowJson,
  finish,
  npmStart,
  postmasterPid,
  postmastersOf,
  type Running,
  signIn,
  stop,
  temporaryFolder,
} from './processes.ts'

const dataDir = await temporaryFolder()
const settings = { DATA_DIR: dataDir, PORT: '0' }
let first: Running

test('of two concurrent starts on a new data folder one runs, and the other reports it', async () => {
  const both = [1, 2].map(() => npmStart(dataDir).catch((error: Error) => error))
  const ended = await Promise.all(both)
  const [running, refused] = ended[0] instanceof Error ? ended.toReversed() : ended
  expect(refused).toBeInstanceOf(Error)
  expect((refused as Error).message).toMatch(/runs already on/)
  first = running as Running
  expect(first.ready.client_secret).toEqual(expect.any(String))
  expect(postmastersOf(dataDir)).toEqual([postmasterPid(dataDir)])
})

test('a second start reports the running process in one line, and changes nothing', async () => {
  const { code, stdout, stderr } = await bestow(['start', '--json'], settings)
  expect(code).toBe(1)
  expect(stdout).toBe('')
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^bestow: Bestow runs already on \S+ \(bestow start, process \d+/),
  ])
  const api = await signIn(first.ready)
  expect((await api.get('/v1/contacts')).status).toBe(200)
})

test('a command during the stop of the server, and one after it, both find the database', async () => {
  const during = bestowJson(['keys', 'list'], settings)
  expect(await stop(first)).toBe(0)
  expect(await during).toHaveLength(1)
  expect(await bestowJson(['keys', 'list'], settings)).toHaveLength(1)
  expect(postmastersOf(dataDir)).toEqual([])
})

test.runIf(isControlDue(0, 2))(
  'two concurrent commands on a stopped data folder share one database server, which stops with them',
  async () => {
    const fresh = { DATA_DIR: await temporaryFolder() }
    const create = (name: string) =>
      bestow(
        ['accounts', 'create', '--name', name, '--owner', 'O', '--email', `${name}@example.com`].concat([
          '--site',
          name,
          '--subdomain',
          name,
        ]),
        fresh,
      )
    const [one, two] = await Promise.all([create('one'), create('two')])
    expect([one.stderr, one.code, two.stderr, two.code]).toEqual(['', 0, '', 0])
    expect(postmastersOf(fresh.DATA_DIR)).toEqual([])
    const { stderr } = await bestow(['keys', 'list'], fresh)
    expect(stderr).toMatch(/\(one\).*\(two\)|\(two\).*\(one\)/)
  },
)

test.runIf(isControlDue(1, 2))(
  'a PORT in use is reported in one line, before a database is created',
  async () => {
    const fresh = await temporaryFolder()
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((ready) => taken.once('listening', ready))
    const { port } = taken.address() as { port: number }
    const { code, stderr } = await finish(
      begin('npm', ['start', '--silent'], { settings: { DATA_DIR: fresh, PORT: String(port) } }),
    )
    taken.close()
    expect(code).not.toBe(0)
    expect(stderr).toMatch(new RegExp(`^bestow: PORT ${port} is in use.*\\n$`, 'm'))
    expect(readdirSync(fresh)).toEqual([])
  },
)

test.each(
  dueToday<[string, Record<string, string>]>([
    ['HOST', { HOST: '203.0.113.1' }],
    ['DATA_DIR', { DATA_DIR: '/dev/null/data' }],
    ['DATA_DIR', { DATA_DIR: '/proc/x/data' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' }],
  ]),
)('an unusable %s is reported in one line', async (name, wrong) => {
  const { code, stderr } = await bestow(['start'], { ...settings, ...wrong })
  expect(code).toBe(1)
  expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(new RegExp(`^bestow: ${name} `))])
})
