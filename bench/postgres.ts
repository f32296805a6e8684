import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { attach } from '../src/platform/db/embedded/attachment.ts'
import { migrateAll } from '../src/server/runtime.ts'
import { countStatements, slowestStatements } from './statements.ts'

/** The embedded PostgreSQL with its default settings, with databases of the bench. */
export interface Postgres {
  version: string
  /** Creates an empty database, migrated and never analysed. @returns its URL */
  createDatabase: (name: string) => Promise<string>
  dropDatabase: (name: string) => Promise<void>
  /** The statements that took the most time, a line each, when statements are counted. */
  slowestStatements: () => Promise<string[]>
  close: () => Promise<void>
}

/** Migrated once; every database is a copy. */
const TEMPLATE = 'bench_template'

/** @param isCounting whether it records the time of statements, which makes it slower */
export async function startPostgres(isCounting = false): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), 'bestow-bench-'))
  // When started by root, PostgreSQL runs as another user, who must have access to the folder.
  await chmod(folder, 0o711)
  if (isCounting) await countStatements(folder)
  const { connection, release } = await attach(folder, { name: 'bestow bench' })
  const addressOf = (name: string) => {
    const parameters = new URLSearchParams({ host: connection.host, port: String(connection.port) })
    return `postgres://${connection.user}@localhost/${name}?${parameters}`
  }
  const client = new pg.Client(connection)
  await client.connect()
  const version = await assertDurable(client)
  await client.query(`create database ${TEMPLATE}`)
  await migrateAll(addressOf(TEMPLATE))
  return {
    version,
    async createDatabase(name) {
      await client.query(`create database ${name} template ${TEMPLATE}`)
      return addressOf(name)
    },
    async dropDatabase(name) {
      await client.query(`drop database ${name} with (force)`)
    },
    slowestStatements: () => slowestStatements(client),
    async close() {
      await client.end()
      await release()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Checks that commits are durable: otherwise no figure counts. @returns the server's version */
async function assertDurable(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string; setting: string }>(
    `select name, setting from pg_settings
      where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'server_version')`,
  )
  const settings = Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
  const { server_version, ...durability } = settings
  for (const [name, setting] of Object.entries(durability)) {
    if (setting !== 'on') throw new Error(`PostgreSQL is not durable: ${name} is ${setting}`)
  }
  return server_version!
}
