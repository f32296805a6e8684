/** The database that those of all servers are copies of: migrated, and otherwise empty. */
import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { allowMoving } from '../platform/clock/clock.ts'
import { type Connection, connectionConfig, openDatabase } from '../platform/db/database.ts'
import { migrateAll } from '../server/runtime.ts'

const PREFIX = 'bestow_test_'
const SOURCES = join(import.meta.dirname, '..')

/** The same server, another database. */
export function databaseOn(server: Connection, database: string): Connection {
  if (typeof server !== 'string') return { ...server, database }
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

/**
 * Data of this server need not survive a crash, and waiting for the disk takes most of the time of a copy. Where
 * the user may not change settings, it only takes longer.
 */
export async function trustMemory(server: Connection): Promise<void> {
  await withClient(server, async (client) => {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'])
      await client.query(`alter system set ${setting} = off`)
    await client.query('select pg_reload_conf()')
  })
}

/** Makes the template unless an earlier host has, and removes what killed ones have left. @returns its name */
export async function prepareTemplate(server: Connection): Promise<string> {
  const template = `${PREFIX}template_${await hashOfSchema()}`
  const names = await databases(server)
  await dropDatabases(
    server,
    names.filter((name) => name !== template),
  )
  if (names.includes(template)) return template
  // Under another name until it is complete.
  const draft = `${PREFIX}draft_${process.pid}`
  await withClient(server, (client) => client.query(`create database ${draft}`))
  await migrateAll(databaseOn(server, draft))
  const { kysely, close } = openDatabase(databaseOn(server, draft), { size: 1, name: 'bestow template' })
  await allowMoving(kysely, true)
  await close()
  await withClient(server, (client) => client.query(`alter database ${draft} rename to ${template}`))
  return template
}

/** A new database with nothing in it. */
export async function copyTemplate(server: Connection, template: string): Promise<string> {
  const name = `${PREFIX}${randomUUID().replaceAll('-', '')}`
  await withClient(server, (client) =>
    // A copy of files: faster than block by block when nothing waits for the disk.
    client.query(`create database ${name} template ${template} strategy file_copy`),
  )
  return name
}

export async function dropDatabases(server: Connection, names: string[]): Promise<void> {
  await withClient(server, async (client) => {
    for (const name of names) await client.query(`drop database if exists ${name} with (force)`)
  })
}

async function databases(server: Connection): Promise<string[]> {
  return withClient(server, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      `select datname from pg_database where datname like '${PREFIX}%'`,
    )
    return rows.map(({ datname }) => datname)
  })
}

async function withClient<Result>(
  server: Connection,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client(connectionConfig(server))
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Of all that makes the schema: migrations and functions. */
async function hashOfSchema(): Promise<string> {
  const files = await readdir(SOURCES, { recursive: true })
  const hash = createHash('sha256')
  for (const file of files.filter((name) => /\.sql$|migrations.*(?<!\.d)\.[jt]s$/.test(name)).sort())
    hash.update(file).update(await readFile(join(SOURCES, file)))
  return hash.digest('hex').slice(0, 16)
}
