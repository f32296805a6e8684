/** deploy/backup.sh and deploy/restore.sh, with the programs of a PostgreSQL of the system. */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, truncateSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findOwner } from '../src/platform/db/embedded/owner.ts'
import { findServer, startServer, stopServer } from '../src/platform/db/embedded/postmaster.ts'
import { bestowJsonHere } from './in-process.ts'
import { cleanEnvironment, ROOT, temporaryFolder, until } from './processes.ts'
import { makeAccount } from './reliability/account.ts'
import { fleetSettings } from './reliability/fleet.ts'

/** The embedded PostgreSQL comes without pg_dump, which has to be as new as the server. */
const BINARIES = globSync('/usr/lib/postgresql/*').findLast(
  (folder) => Number(folder.split('/').at(-1)) >= 15 && existsSync(join(folder, 'bin', 'postgres')),
)

describe.runIf(BINARIES)('backup and restore', () => {
  let folder: string
  let cluster: string
  let dump: string
  let contactId: string

  beforeAll(async () => {
    folder = await temporaryFolder(0o711)
    cluster = join(folder, 'postgres')
    dump = join(folder, 'bestow.dump')
    await startOwnServer()
    for (const name of ['bestow', 'restored', 'broken']) await query('postgres', `create database ${name}`)
    await makeAccount(urlOf('bestow'))
    const made = await json('bestow', 'contacts', 'create', '--email', 'ada@example.com', '--name', 'Ada')
    contactId = made.id
    await json('bestow', 'grant', contactId, '1', '2')
  })
  afterAll(() => stopServer(cluster))

  async function startOwnServer(): Promise<void> {
    const owner = findOwner()
    await mkdir(cluster, { mode: 0o700 })
    await owner.take(cluster)
    const options = ['--pgdata', cluster, '--username', 'bestow', '--auth', 'trust', '--encoding', 'UTF8']
    const { status, stderr } = spawnSync(join(BINARIES!, 'bin', 'initdb'), [...options, '--locale', 'C'], {
      ...owner.identity,
      cwd: '/',
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(stderr)
    await startServer({ folder: cluster, binaries: BINARIES!, owner, hasNewRules: false })
    const { host, port } = (await findServer(cluster))!
    address = `host=${encodeURIComponent(host)}&port=${port}&user=bestow`
    await until(() => query('postgres', 'select 1').then(Boolean, () => false))
  }

  let address: string
  const urlOf = (database: string) => `postgresql:///${database}?${address}`
  const json = (database: string, ...args: string[]) => bestowJsonHere(args, fleetSettings(urlOf(database)))

  async function query(database: string, text: string): Promise<Record<string, string>[]> {
    const client = new pg.Client({ connectionString: urlOf(database) })
    client.on('error', () => {})
    await client.connect()
    const { rows } = await client.query(text)
    await client.end()
    return rows
  }

  /** Of every table its number of rows. */
  const COUNTS = `select relname, (xpath('/row/count/text()',
      query_to_xml(format('select count(*) from %I', relname), false, true, '')))[1]::text as count
    from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname`

  const run = (script: string, database: string, file: string) =>
    spawnSync(join(ROOT, 'deploy', script), [file], {
      encoding: 'utf8',
      env: cleanEnvironment({
        DATABASE_URL: urlOf(database),
        PATH: `${join(BINARIES!, 'bin')}:${process.env.PATH}`,
      }),
    })

  test('a dump that is restored has every row, and the server works on it', async () => {
    expect(run('backup.sh', 'bestow', dump)).toMatchObject({ status: 0, stdout: `${dump}\n`, stderr: '' })
    expect(run('restore.sh', 'restored', dump)).toMatchObject({ status: 0, stderr: '' })
    const counts = await query('restored', COUNTS)
    expect(counts).toEqual(await query('bestow', COUNTS))
    expect(counts.length).toBeGreaterThan(40)
    expect((await json('restored', 'doctor')).ok).toBe(true)
    expect((await json('restored', 'migrate')).migrated).toEqual([])
    // Functions, triggers and sequences work: a further grant, and the one that was there.
    const { held } = await json('restored', 'grant', contactId, '3')
    expect(held.sort()).toEqual(['1', '2', '3'])
  })

  test('a dump is not overwritten, nor restored into a database that has tables', async () => {
    const before = readFileSync(dump)
    const again = run('backup.sh', 'bestow', dump)
    expect([again.status, again.stderr]).toEqual([1, `backup.sh: ${dump} exists\n`])
    expect(readFileSync(dump).equals(before)).toBe(true)
    const restored = run('restore.sh', 'bestow', dump)
    expect([restored.status, restored.stderr]).toEqual([
      1,
      expect.stringContaining('restore into an empty one'),
    ])
  })

  test('a dump that is broken is not restored in part', async () => {
    truncateSync(dump, 100_000)
    expect(run('restore.sh', 'broken', dump).status).not.toBe(0)
    expect(await query('broken', COUNTS)).toEqual([])
  })
})
