import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Attachment, attach } from './attachment.ts'
import { type Cluster, prepareCluster } from './cluster.ts'
import { type Endpoint, findServer, startServer } from './postmaster.ts'

let dataDir: string
let cluster: Cluster
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bestow-access-'))
  await chmod(dataDir, 0o711)
  cluster = await prepareCluster(dataDir)
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

/** The first byte of PostgreSQL's response to a start-up message: R continues or accepts, E refuses. */
const STARTUP = `
  const [path] = process.argv.slice(1)
  const socket = require('node:net').connect(path, () => {
    const body = Buffer.from('\\0\\x03\\0\\0user\\0bestow\\0database\\0bestow\\0\\0')
    const length = Buffer.alloc(4)
    length.writeInt32BE(body.length + 4)
    socket.write(Buffer.concat([length, body]))
  })
  socket.on('data', (reply) => {
    process.stdout.write(reply.toString('latin1', 0, 1))
    process.exit(0)
  })`

/** The response to a process of the user that PostgreSQL runs as. */
const answerToBorrowed = ({ host, port }: Endpoint): string =>
  spawnSync(process.execPath, ['-e', STARTUP, join(host, `.s.PGSQL.${port}`)], {
    ...cluster.owner.identity,
    cwd: '/',
    encoding: 'utf8',
  }).stdout

async function methodsOf({ connection }: Attachment): Promise<string[]> {
  const client = new pg.Client(connection)
  await client.connect()
  const { rows } = await client.query('select distinct auth_method from pg_hba_file_rules order by 1')
  await client.end()
  return rows.map(({ auth_method }) => auth_method)
}

test('every connection to a new database is authenticated', async () => {
  const attached = await attach(dataDir, { name: 'test' })
  expect(await methodsOf(attached)).toEqual(['peer'])
  await attached.release()
})

test.each(['stopped', 'running'])(
  'a %s database of 0.1.0, which trusts every connection, is upgraded',
  async (state) => {
    await writeFile(join(cluster.folder, 'pg_hba.conf'), 'local all all trust\n', { mode: 0o600 })
    await cluster.owner.take(join(cluster.folder, 'pg_hba.conf'))
    if (state === 'running') {
      await startServer(cluster)
      await expect
        .poll(async () => {
          const server = await findServer(cluster.folder)
          return server && answerToBorrowed(server)
        })
        .toBe('R')
    }
    const attached = await attach(dataDir, { name: 'test' })
    await expect.poll(() => methodsOf(attached)).toEqual(['peer'])
    await attached.release()
  },
)

test('when started by root, no other process of the user that PostgreSQL runs as can connect', async (context) => {
  const { isBorrowed, canExecute } = cluster.owner
  if (!isBorrowed || !canExecute(process.execPath)) context.skip('needs root, and a Node that others can run')
  const attached = await attach(dataDir, { name: 'test' })
  expect(answerToBorrowed(attached.connection)).toBe('E')
  // Another process of the same user still can.
  const second = await attach(dataDir, { name: 'second' })
  await second.release()
  await attached.release()
})
