/** All tables as files: a backup for a database without pg_dump, such as the embedded one. */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { type Connection, connectionConfig } from '../../platform/db/database.ts'
import { VERSION } from '../../platform/version.ts'

interface Manifest {
  format: 1
  /** Of Bestow, that has written it. */
  version: string
  /** Names of the migrations that had run. */
  migrations: string[]
  /** Columns by table. */
  tables: Record<string, string[]>
  /** The last values that were drawn; null: none. */
  sequences: Record<string, string | null>
}

const MANIFEST = 'manifest.json'

/** Writes the rows of all tables to files in a folder: one snapshot, also while everything runs. */
export async function copyTables(connection: Connection, folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 })
  await withClient(connection, async (client) => {
    await client.query('begin isolation level repeatable read read only')
    const manifest = await readManifest(client)
    for (const [table, columns] of Object.entries(manifest.tables))
      await pipeline(
        client.query(copyTo(`copy ${named(table, columns)} to stdout`)),
        createGzip(),
        createWriteStream(join(folder, `${table}.gz`), { mode: 0o600 }),
      )
    await client.query('commit')
    // Last: what has no manifest is not complete.
    await writeFile(join(folder, MANIFEST), JSON.stringify(manifest, null, 2), { mode: 0o600 })
  })
}

/**
 * Restores what copyTables() has written: all of it, or nothing.
 *
 * @param connection of a database that this version has migrated and in which there is no account
 * @throws Error for a database that is in use, and for a copy by another version of Bestow
 */
export async function restoreTables(connection: Connection, folder: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest
  await withClient(connection, async (client) => {
    await client.query('begin')
    await assertRestorable(client, manifest)
    const addForeignKeys = await dropForeignKeys(client)
    await client.query(`truncate ${Object.keys(manifest.tables).map(quoted).join(', ')}`)
    for (const [table, columns] of Object.entries(manifest.tables)) {
      // They would count again what has been counted.
      await client.query(`alter table ${quoted(table)} disable trigger user`)
      await pipeline(
        createReadStream(join(folder, `${table}.gz`)),
        createGunzip(),
        client.query(copyFrom(`copy ${named(table, columns)} from stdin`)),
      )
    }
    await addForeignKeys()
    for (const table of Object.keys(manifest.tables))
      await client.query(`alter table ${quoted(table)} enable trigger user`)
    for (const [sequence, value] of Object.entries(manifest.sequences))
      if (value !== null)
        await client.query('select setval($1::regclass, $2::bigint)', [quoted(sequence), value])
    await client.query('commit')
    await client.query('analyze')
  })
}

/**
 * Drops all foreign keys, so that tables can be filled in any order. The owner of the tables may do so; only a superuser
 * may switch them off.
 *
 * @returns a function that adds them again, which checks them
 */
async function dropForeignKeys(client: pg.Client): Promise<() => Promise<void>> {
  const { rows } = await client.query<{ table: string; name: string; definition: string }>(
    `select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
       from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0`,
  )
  for (const { table, name } of rows) await client.query(`alter table ${table} drop constraint ${name}`)
  return async () => {
    for (const { table, name, definition } of rows)
      await client.query(`alter table ${table} add constraint ${name} ${definition}`)
  }
}

async function withClient(connection: Connection, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client(connectionConfig(connection))
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

const quoted = (name: string) => `"${name}"`
const named = (table: string, columns: string[]) => `${quoted(table)} (${columns.map(quoted).join(', ')})`

async function readManifest(client: pg.Client): Promise<Manifest> {
  const tables = await client.query<{ name: string; columns: string[] }>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not like 'kysely%'
      group by c.relname order by c.relname`,
  )
  const sequences = await client.query<{ name: string; value: string | null }>(
    `select sequencename as name, last_value::text as value from pg_sequences where schemaname = 'public' order by 1`,
  )
  return {
    format: 1,
    version: VERSION,
    migrations: await migrationsOf(client),
    tables: Object.fromEntries(tables.rows.map(({ name, columns }) => [name, columns])),
    sequences: Object.fromEntries(sequences.rows.map(({ name, value }) => [name, value])),
  }
}

async function migrationsOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>('select name from kysely_migration order by name')
  return rows.map(({ name }) => name)
}

async function assertRestorable(client: pg.Client, { migrations, version }: Manifest): Promise<void> {
  const { rows } = await client.query('select from accounts limit 1')
  if (rows.length > 0)
    throw new Error('There is an account in this database: restore into an empty one, with another DATA_DIR.')
  const own = await migrationsOf(client)
  if (own.join() !== migrations.join())
    throw new Error(
      `The backup is from another version, ${version}: restore it with that version, and upgrade afterwards.`,
    )
}
