import { utimesSync, writeFileSync } from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { dueToday, isControlDue } from './depth.ts'
import {
  bestowRunning,
  childrenOf,
  lockFile,
  npmStart,
  postmasterPid,
  postmastersOf,
  type Running,
  serverPid,
  signalGroup,
  signIn,
  stop,
  temporaryFolder,
  until,
} from './processes.ts'

const dataDir = await temporaryFolder()
let key: Record<string, string> = {}
let running: Running | undefined

/** The first time with npm, as users do; then without it, which takes longer than the server. */
const start = async (): Promise<Running> => {
  running = await (running
    ? bestowRunning(['start'], { settings: { DATA_DIR: dataDir, PORT: '0' } })
    : npmStart(dataDir))
  return running
}

beforeEach(async () => {
  if (postmasterPid(dataDir) === null) await start()
  key = { ...key, ...running!.ready }
})

const crashes: [string, () => Promise<void>][] = [
  ['npm, the server and everything in their group', async () => signalGroup(running!.child, 'SIGKILL')],
  ['the server', async () => kill(await serverPid(dataDir))],
  [
    'the server, then the database server that keeps running',
    async () => {
      const server = await serverPid(dataDir)
      const postmaster = postmasterPid(dataDir)!
      kill(server, postmaster)
    },
  ],
  [
    'everything, with every process of the database',
    async () => {
      const server = await serverPid(dataDir)
      const postmaster = postmasterPid(dataDir)!
      kill(server, postmaster, ...childrenOf(postmaster))
    },
  ],
]

test.each(dueToday(crashes))(
  'kill -9 of %s: after a restart, all acknowledged data exists, on one database server',
  async (_what, crash) => {
    const acknowledged = await writeUntil(crash)
    await running!.exited
    await start()
    await expectAllThere(acknowledged)
    expect(postmastersOf(dataDir)).toEqual([postmasterPid(dataDir)])
  },
)

test('kill -9 of the database: 503 with Retry-After meanwhile, then it is restarted automatically with all data', async () => {
  const before = postmasterPid(dataDir)!
  const answers: { status: number; retryAfter: string | null }[] = []
  const acknowledged = await writeUntil(
    async () => kill(before),
    ({ status, headers }) => answers.push({ status, retryAfter: headers.get('retry-after') }),
    (api) => until(async () => (await api.get('/v1/contacts')).status === 200),
  )
  const failed = answers.filter(({ status }) => status !== 201 && status !== 200)
  expect(failed.length).toBeGreaterThan(0)
  expect(new Set(failed.map(({ status }) => status))).toEqual(new Set([503]))
  for (const { retryAfter } of failed) expect(Number(retryAfter)).toBeGreaterThan(0)
  await expectAllThere(acknowledged)
  expect(postmastersOf(dataDir)).toEqual([postmasterPid(dataDir)])
  expect(postmasterPid(dataDir)).not.toBe(before)
})

test.runIf(isControlDue(0, 3))('a database that was restarted is stopped with the server', async () => {
  const before = postmasterPid(dataDir)!
  kill(before)
  await until(() => postmasterPid(dataDir) !== null && postmasterPid(dataDir) !== before)
  expect(await stop(running!)).toBe(0)
  expect(postmastersOf(dataDir)).toEqual([])
})

test.runIf(isControlDue(1, 3))(
  'a lock file with the pid of another program does not prevent the database from starting',
  async () => {
    await stop(running!)
    writeFileSync(lockFile(dataDir), `${process.pid}\n${dataDir}/postgres\n1\n5432\n${dataDir}/postgres\n\n`)
    await start()
    expect(postmastersOf(dataDir)).toEqual([postmasterPid(dataDir)])
  },
)

test.runIf(isControlDue(2, 3))(
  'an old empty lock file, as a power failure leaves it, does not prevent the database from starting',
  async () => {
    await stop(running!)
    writeFileSync(lockFile(dataDir), '')
    utimesSync(lockFile(dataDir), 0, 0)
    await start()
    expect(postmastersOf(dataDir)).toEqual([postmasterPid(dataDir)])
  },
)

function kill(...pids: number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has stopped with the others.
    }
  }
}

type Api = Awaited<ReturnType<typeof signIn>>
type Answer = Awaited<ReturnType<Api['get']>>

/** Creates contacts and grants to them, four at a time, during the crash. @returns the acknowledged contacts */
async function writeUntil(
  crash: () => Promise<void>,
  onAnswer: (answer: Answer) => void = () => {},
  recovered?: (api: Api) => Promise<void>,
): Promise<{ contactId: string; granted: boolean }[]> {
  const api = await signIn(key)
  const acknowledged: { contactId: string; granted: boolean }[] = []
  let isOver = false
  const writing = Array.from({ length: 4 }, async (_, writer) => {
    for (let n = 0; !isOver; n++) {
      const created = await api.createContact(`w${writer}-${n}-${Date.now()}@example.com`).catch(() => null)
      if (!created) return
      onAnswer(created)
      if (created.status !== 201) continue
      const contact = { contactId: created.body.data.id as string, granted: false }
      acknowledged.push(contact)
      const granted = await api.grant(contact.contactId).catch(() => null)
      if (granted) onAnswer(granted)
      contact.granted = granted?.status === 200
    }
  })
  await until(() => acknowledged.length > 20)
  await crash()
  await recovered?.(api)
  isOver = recovered !== undefined
  await Promise.all(writing)
  return acknowledged
}

async function expectAllThere(acknowledged: { contactId: string; granted: boolean }[]): Promise<void> {
  expect(acknowledged.length).toBeGreaterThan(20)
  const api = await signIn({ ...key, ...running!.ready })
  for (const { contactId, granted } of acknowledged) {
    const offers = await api.get(`/v1/contacts/${contactId}/relationships/offers`)
    expect(offers.status).toBe(200)
    if (granted) expect(offers.body.data).toEqual([{ type: 'offers', id: '1' }])
  }
}
