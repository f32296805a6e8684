/** Shows that the guarantees depend on the named indexes and locks: without them, the same checks fail. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { rotateApiKey } from '../accounts/api-keys/api-keys.ts'
import { inTransaction } from '../platform/db/database.ts'
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

test('16 concurrent grants of one offer make one grant', async () => {
  expect(await grantsAfterRace()).toBe(1)
})

test('planted fault: without the unique index on live grants, they make several', async () => {
  await sql`drop index offer_grants_live`.execute(h.app.db)
  expect(await grantsAfterRace()).toBeGreaterThan(1)
})

/** Rotates a key while one of its grants is blocked. @returns the numbers of grants after the rotation, and at the end */
async function rotateDuringGrant(): Promise<{ answered: number; inTheEnd: number }> {
  const key = await makeKey(h.app, h.account, ['manage:grants'])
  const client = h.clientWith(key.token)
  const contactId = await makeContact(h.app, h.account.siteId)
  const body = offersBody([await makeOffer(h.app, h.account.siteId)])
  const count = async () => (await h.app.pool.query('select from offer_grants')).rowCount!
  const waiting = async () => {
    const { rowCount } = await h.app.pool.query(
      "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    )
    return rowCount!
  }
  const blocker = await h.app.pool.connect()
  await blocker.query('begin')
  await blocker.query('select from contacts where id = $1 for update', [contactId])
  const grant = client.post(offersOf(contactId), body)
  await expect.poll(waiting).toBe(1)
  let isAnswered = false
  const rotation = inTransaction(h.app.db, (tx) => rotateApiKey(tx, h.account.id, key.id, h.app.clock.now()))
  const answered = rotation.then(() => {
    isAnswered = true
    return count()
  })
  // It is waiting as well, or has already returned.
  await expect.poll(async () => isAnswered || (await waiting()) === 2).toBe(true)
  if (isAnswered) await answered
  await blocker.query('rollback')
  blocker.release()
  expect((await grant).status).toBe(200)
  const outcome = { answered: await answered, inTheEnd: await count() }
  expect((await client.post(offersOf(contactId), body)).status).toBe(401)
  return outcome
}

test('rotating a key waits for its running grant: after the rotation has returned, no further grant is made', async () => {
  expect(await rotateDuringGrant()).toEqual({ answered: 1, inTheEnd: 1 })
})

test('planted fault: without the shared lock, the grant is made after the rotation has returned', async () => {
  const text = await readFile(join(import.meta.dirname, '../platform/auth/authenticate.sql'), 'utf8')
  const faulty = text.replace(/if p_writing then perform .* end if;/, '')
  expect(faulty).not.toBe(text)
  await sql.raw(faulty).execute(h.app.db)
  expect(await rotateDuringGrant()).toEqual({ answered: 0, inTheEnd: 1 })
})
