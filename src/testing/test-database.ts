import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { type Connection, connectionConfig } from '../platform/db/database.ts'
import { databaseOn, TEMPLATE } from './global-setup.ts'

/** A database without any table. */
export const createBareDatabase = (): Promise<Connection> => createDatabase('template1')

/**
 * A new database.
 *
 * @param template name of the database that it is a copy of, to which nobody is connected; by default a migrated,
 *   empty one
 */
export async function createDatabase(template = TEMPLATE): Promise<Connection> {
  const server = inject('postgres')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const client = new pg.Client(connectionConfig(server))
  await client.connect()
  try {
    // Only one connection at a time may copy a template.
    await client.query('select pg_advisory_lock(1234567)')
    await client.query(`create database ${name} template ${template}`)
  } finally {
    await client.end()
  }
  return databaseOn(server, name)
}
