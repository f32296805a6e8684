import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { dueToday, isControlDue } from './depth.ts'
import {
  begin,
  bestowRunning,
  connectTo,
  lockFile,
  npmStart,
  postmasterPid,
  postmastersOf,
  type Running,
  STOP_WITHIN_MS,
  serverPid,
  signalGroup,
  signIn,
  temporaryFolder,
  until,
} from './processes.ts'

const dataDir = await temporaryFolder()
const { ready: key } = await npmStart(dataDir).then(async (first) => {
  signalGroup(first.child, 'SIGTERM')
  await first.exited
  return first
})

/** Without npm, which takes longer than the server. */
const startAlone = () => bestowRunning(['start'], { settings: { DATA_DIR: dataDir, PORT: '0' } })
const startWithNpm = () => npmStart(dataDir)

const ways: [string, (running: Running) => Promise<void>][] = [
  ['SIGTERM to npm', async ({ child }) => void child.kill('SIGTERM')],
  ['SIGINT to npm', async ({ child }) => void child.kill('SIGINT')],
  ['SIGTERM to the server', async () => void process.kill(await serverPid(dataDir), 'SIGTERM')],
  ['SIGHUP to the server', async () => void process.kill(await serverPid(dataDir), 'SIGHUP')],
  ['Ctrl-C in a terminal', async ({ child }) => signalGroup(child, 'SIGINT')],
]

test.each(dueToday(ways))('%s: what is in flight is answered, then all of it is gone', async (way, send) => {
  const running = await (way.includes('server') ? startAlone : startWithNpm)()
  const api = await signIn({ ...key, ...running.ready })
  const database = await connectTo(dataDir)
  await database.query('begin; lock table contacts in access exclusive mode')
  const answer = api.get('/v1/contacts')
  await until(async () => {
    const { rows } = await database.query('select from pg_locks where not granted')
    return rows.length > 0
  })
  const since = Date.now()
  await send(running)
  await sleep(100)
  await database.query('commit')
  await database.end()

  expect((await answer).status).toBe(200)
  expect(await running.exited).toBe(0)
  expect(Date.now() - since).toBeLessThan(STOP_WITHIN_MS)
  expect(running.stderr()).toMatch(/Stopping: .*\nStopped\.\n$/)
  expectNothingLeft()
})

test.runIf(isControlDue(0, 2))(
  'a client that never finishes its request does not block the stop',
  async () => {
    const running = await startAlone()
    const { port } = new URL(running.ready.url!)
    const half = connect(Number(port), '127.0.0.1')
    half.on('error', () => {})
    half.write('POST /v1/oauth/token HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\ngrant')
    const silent = connect(Number(port), '127.0.0.1').on('error', () => {})
    await sleep(100)
    const since = Date.now()
    signalGroup(running.child, 'SIGINT')
    expect(await running.exited).toBe(0)
    expect(Date.now() - since).toBeLessThan(STOP_WITHIN_MS)
    expectNothingLeft()
    half.destroy()
    silent.destroy()
  },
)

test.runIf(isControlDue(1, 2))('kill -9 of npm also stops the server and its database', async () => {
  const running = await npmStart(dataDir)
  running.child.kill('SIGKILL')
  await until(() => postmastersOf(dataDir).length === 0)
  expectNothingLeft()
})

test.runIf(isControlDue(0, 3))(
  'a signal at any time of the first start leaves no process running',
  async () => {
    for (const afterMs of [250, 500, 900]) {
      const fresh = await temporaryFolder()
      const starting = begin('npm', ['start'], { settings: { DATA_DIR: fresh, PORT: '0' } })
      await sleep(afterMs)
      signalGroup(starting.child, 'SIGINT')
      await starting.exited
      expect(postmastersOf(fresh)).toEqual([])
      expect(postmasterPid(fresh)).toBeNull()
    }
  },
)

function expectNothingLeft(): void {
  expect(existsSync(lockFile(dataDir))).toBe(false)
  expect(postmastersOf(dataDir)).toEqual([])
}
