/** Shows that the guarantees rest on what they are said to rest on: without it, the same check turns red. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { rotateApiKey } from '../auth/api-keys.ts'
import { inTransaction } from '../db/database.ts'
import { makeContact, makeKey, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

let h: Harness
beforeEach(async () => {
  h = await startHarness()
})
afterEach(() => h.close())

const offersOf = (contactId: string) => `/v1/contacts/${contactId}/relationships/offers`

async function grantsAfterRace(): Promise<number> {
  const contactId = await makeContact(h.app, h.account.siteId)
  const body = offersBody([await makeOffer(h.app, h.account.siteId)])
  await Promise.all(Array.from({ length: 16 }, () => h.client.post(offersOf(contactId), body)))
  const { rows } = await h.app.pool.query('select from offer_grants where revoked_at is null')
  return rows.length
}

test('16 grants of one offer at once make one grant', async () => {
  expect(await grantsAfterRace()).toBe(1)
})

test('planted fault: without the unique index on live grants they make several', async () => {
  await sql`drop index offer_grants_live`.execute(h.app.db)
  expect(await grantsAfterRace()).toBeGreaterThan(1)
})

/** Rotates a key while a grant of it is held up. Returns which of the two ended first. */
async function rotateDuringGrant(): Promise<string[]> {
  const ended: string[] = []
  const key = await makeKey(h.app, h.account, ['manage:grants'])
  const contactId = await makeContact(h.app, h.account.siteId)
  const body = offersBody([await makeOffer(h.app, h.account.siteId)])
  const blocker = await h.app.pool.connect()
  await blocker.query('begin')
  await blocker.query('select from contacts where id = $1 for update', [contactId])
  const waiting = async (count: number) => {
    const { rowCount } = await h.app.pool.query(
      "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    )
    return rowCount! >= count
  }
  const grant = h
    .clientWith(key.token)
    .post(offersOf(contactId), body)
    .then((reply) => ended.push(`grant ${reply.status}`))
  await expect.poll(() => waiting(1)).toBe(true)
  const rotation = inTransaction(h.app.db, (tx) =>
    rotateApiKey(tx, h.account.id, key.id, h.app.clock.now()),
  ).then(() => ended.push('rotated'))
  await expect.poll(async () => ended.length === 1 || (await waiting(2))).toBe(true)
  await blocker.query('rollback')
  blocker.release()
  await Promise.all([grant, rotation])
  expect((await h.clientWith(key.token).post(offersOf(contactId), body)).status).toBe(401)
  return ended
}

test('rotating a key waits for the grant that it is making: after the answer there is not one more', async () => {
  expect(await rotateDuringGrant()).toEqual(['grant 200', 'rotated'])
})

test('planted fault: without the shared lock the grant is made after the rotation was answered', async () => {
  const text = await readFile(join(import.meta.dirname, '../auth/authenticate.sql'), 'utf8')
  const faulty = text.replace(/if p_writing then perform .* end if;/, '')
  expect(faulty).not.toBe(text)
  await sql.raw(faulty).execute(h.app.db)
  expect(await rotateDuringGrant()).toEqual(['rotated', 'grant 200'])
})
