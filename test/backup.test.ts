/** deploy/backup.sh and deploy/restore.sh, bestow backup and restore, with the programs of a PostgreSQL of the system. */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, truncateSync } from 'node:fs'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findOwner } from '../src/platform/db/embedded/owner.ts'
import { findServer, startServer, stopServer } from '../src/platform/db/embedded/postmaster.ts'
import { bestowHere, bestowJsonHere } from './in-process.ts'
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
    await query('postgres', 'create role plain login')
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
  /** As a role without rights of its own. */
  const ownedUrl = (database: string) => urlOf(database).replace('user=bestow', 'user=plain')
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

  const run = (script: string, database: string, file: string, user = 'bestow') =>
    spawnSync(join(ROOT, 'deploy', script), [file], {
      encoding: 'utf8',
      env: cleanEnvironment({
        DATABASE_URL: urlOf(database).replace('user=bestow', `user=${user}`),
        PATH: `${join(BINARIES!, 'bin')}:${process.env.PATH}`,
      }),
    })

  test('a dump that is restored has every row, and the server works on it', async () => {
    const before = await query('bestow', COUNTS)
    expect(run('backup.sh', 'bestow', dump)).toMatchObject({ status: 0, stdout: `${dump}\n`, stderr: '' })
    const [noted] = await query(
      'bestow',
      "select now() - finished_at < interval '1 minute' as is_new from last_backup",
    )
    expect(noted).toEqual({ is_new: true })
    expect(run('restore.sh', 'restored', dump)).toMatchObject({ status: 0, stderr: '' })
    const counts = await query('restored', COUNTS)
    expect(counts).toEqual(before)
    expect(counts.length).toBeGreaterThan(40)
    expect((await json('restored', 'doctor')).ok).toBe(true)
    expect((await json('restored', 'migrate')).migrated).toEqual([])
    // Functions, triggers and sequences work: a further grant, and the one that was there.
    const { held } = await json('restored', 'grant', contactId, '3')
    expect(held.sort()).toEqual(['1', '2', '3'])
  })

  test('a role that only reads makes a backup too, and learns that it is not noted', async () => {
    await query('postgres', 'create role reader login in role pg_read_all_data')
    const file = join(folder, 'read.dump')
    const { status, stdout, stderr } = run('backup.sh', 'bestow', file, 'reader')
    expect([status, stdout, stderr]).toEqual([0, `${file}\n`, expect.stringContaining('is complete, but')])
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

  test('bestow backup and restore take everything, with pg_dump and without, as a role that owns its database alone', async () => {
    const data = join(folder, 'data')
    const settings = { ...fleetSettings(ownedUrl('owned')), DATA_DIR: data }
    const create = () => query('postgres', 'create database owned owner plain')
    await create()
    await makeAccount(ownedUrl('owned'))
    await mkdir(join(data, 'uploads'), { recursive: true })
    await writeFile(join(data, 'uploads', 'a-picture'), 'pixels')
    await bestowJsonHere(['contacts', 'create', '--email', 'ada@example.com'], settings)
    for (const [offer, path, part] of [
      ['1', `${join(BINARIES!, 'bin')}:${process.env.PATH}`, 'database.dump'],
      ['2', join(folder, 'nothing'), 'tables'],
    ] as const) {
      const mine = (...args: string[]) => bestowJsonHere(args, { ...settings, PATH: path })
      const backup = join(folder, `backup-${part}`)
      await mine('grant', 'ada@example.com', offer)
      const before = await query('owned', COUNTS)
      expect((await mine('backup', backup)).parts).toEqual([part, 'uploads'])

      await query('postgres', 'drop database owned with (force)')
      await rm(data, { recursive: true })
      await create()
      expect((await mine('restore', backup)).parts).toEqual([part, 'uploads'])
      expect(await query('owned', COUNTS)).toEqual(before)
      expect(await readFile(join(data, 'uploads', 'a-picture'), 'utf8')).toBe('pixels')
      expect((await mine('doctor')).ok).toBe(true)
      expect((await bestowHere(['restore', backup], { ...settings, PATH: path })).code).toBe(1)
    }
    // Functions, triggers and sequences work.
    const { held } = await bestowJsonHere(['grant', 'ada@example.com', '3'], settings)
    expect(held.sort()).toEqual(['1', '2', '3'])
  })

  test('what a pg_dump that fails has written is no backup', async () => {
    const programs = join(folder, 'failing')
    await mkdir(programs)
    const script =
      '#!/bin/sh\nfor word; do case $word in --file=*) echo half > $(echo $word | cut -c8-);; esac; done\nexit 1\n'
    await writeFile(join(programs, 'pg_dump'), script)
    await chmod(join(programs, 'pg_dump'), 0o755)
    const backup = join(folder, 'backup-failing')
    const settings = { ...fleetSettings(urlOf('bestow')), PATH: `${programs}:${process.env.PATH}` }
    expect((await bestowJsonHere(['backup', backup], settings)).parts).toEqual(['tables'])
    expect(existsSync(join(backup, 'database.dump'))).toBe(false)
  })

  test('a dump that is broken is not restored in part', async () => {
    truncateSync(dump, 100_000)
    expect(run('restore.sh', 'broken', dump).status).not.toBe(0)
    expect(await query('broken', COUNTS)).toEqual([])
  })
})
