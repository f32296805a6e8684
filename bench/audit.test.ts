import { afterAll, beforeEach, expect, test } from 'vitest'
import { audit } from './audit.ts'
import { type BenchDatabase, createBenchDatabase } from './database.ts'
import { directGrants } from './grant-directly.ts'
import { startPostgres } from './postgres.ts'

const postgres = await startPostgres()
afterAll(() => postgres.close())

let database: BenchDatabase
beforeEach(async () => {
  database = await createBenchDatabase(postgres)
  await database.contacts.fill(3)
  const { first } = database.contacts.take()
  const grant = await directGrants(database)
  for (const contact of [first, first + 2]) await grant(contact)
  return database.drop
})

test('a database with all acknowledged grants passes', async () => {
  await audit(database, 2)
})

test('a missing acknowledged grant fails the audit', async () => {
  await expect(audit(database, 3)).rejects.toThrow('3 grants were acknowledged, 2 are in the database')
})

test('a violated invariant fails the audit', async () => {
  await database.app.pool.query(`delete from events where type = 'customer_created'`)
  await expect(audit(database, 2)).rejects.toThrow('Every customer has exactly one customer_created event')
})
