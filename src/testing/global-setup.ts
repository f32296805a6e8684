import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { buildPortal } from '../../bin/build-portal.js'
import { type Connection, connectionConfig } from '../platform/db/database.ts'
import { attach } from '../platform/db/embedded/attachment.ts'
import { migrateAll } from '../server/runtime.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A server on which tests create databases of their own. */
    postgres: Connection
  }
}

/** Migrated once; the database of each test file is a copy. */
export const TEMPLATE = 'bestow_test_template'

/** One PostgreSQL for the whole run: the embedded one, or that of TEST_DATABASE_URL. One build of the portal, too. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Now, so that no two servers of the run begin to build it at the same time.
  buildPortal(join(import.meta.dirname, '../..'))
  const folder = await mkdtemp(join(tmpdir(), 'bestow-test-'))
  // When started by root, PostgreSQL runs as another user, who must have access to the folder.
  await chmod(folder, 0o711)
  const embedded = process.env.TEST_DATABASE_URL ? null : await attach(folder, { name: 'bestow tests' })
  const server: Connection = process.env.TEST_DATABASE_URL ?? embedded!.connection
  if (embedded) await trustMemory(server)
  await makeTemplate(server)
  project.provide('postgres', server)
  return async () => {
    await embedded?.release()
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Data of this server need not survive a crash, and waiting for the disk takes half of the suite's time. Hundreds of
 * small databases that soon nobody uses need no vacuum, for which PostgreSQL would start a process several times a
 * second. Trials that kill a database start one of their own.
 */
async function trustMemory(server: Connection): Promise<void> {
  const client = new pg.Client(connectionConfig(server))
  await client.connect()
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes', 'autovacuum'])
    await client.query(`alter system set ${setting} = off`)
  await client.query('select pg_reload_conf()')
  await client.end()
}

async function makeTemplate(server: Connection): Promise<void> {
  const client = new pg.Client(connectionConfig(server))
  await client.connect()
  await client.query(`drop database if exists ${TEMPLATE}`)
  await client.query(`create database ${TEMPLATE}`)
  await client.end()
  await migrateAll(databaseOn(server, TEMPLATE))
}

/** The same server, another database. */
export function databaseOn(server: Connection, database: string): Connection {
  if (typeof server !== 'string') return { ...server, database }
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

export const databaseName = (connection: Connection): string =>
  typeof connection === 'string' ? new URL(connection).pathname.slice(1) : connection.database
