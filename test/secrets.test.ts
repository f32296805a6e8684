import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Connection } from '../src/platform/db/database.ts'
import { sealer } from '../src/platform/secrets/sealing.ts'
import { makeOffer } from '../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../src/testing/harness.ts'
import { makeSignedHook } from '../src/testing/hooks.ts'
import { bestow, bestowJson } from './launch.ts'

const OLD = 'a key that is only good for tests'
const NEW = 'the key that is there from today on'

let h: Harness
let settings: Record<string, string>
beforeAll(async () => {
  h = await startHarness()
  settings = { DATABASE_URL: urlOf(h.connection), DATA_DIR: '/dev/null/never-used', SECRET_KEY: NEW }
})
afterAll(() => h.close())

/** Connection settings of the suite's server, by host or by socket. */
function urlOf(connection: Connection): string {
  if (typeof connection === 'string') return connection
  const { host, port, user, database } = connection
  return `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
}

test('after resealing, values sealed under the previous key open with the new one alone, unchanged', async () => {
  const { id, secret } = await makeSignedHook(h.app, h.account.siteId)
  await h.client.post(`/v1/hooks/${id}/rotate_secret`)
  const offerId = await makeOffer(h.app, h.account.siteId)
  const token = h.app.sealer.seal('the token')
  await h.app.db.updateTable('offers').set({ activation_token: token }).where('id', '=', offerId).execute()

  const refused = await bestow(['secrets', 'reseal'], settings)
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('SECRET_KEY_PREVIOUS')])
  const both = { ...settings, SECRET_KEY_PREVIOUS: OLD }
  expect(await bestowJson(['secrets', 'reseal'], both)).toEqual({ resealed: 3 })
  expect(await bestowJson(['secrets', 'reseal'], both)).toEqual({ resealed: 0 })

  const { unseal } = sealer([NEW])
  const hook = await h.app.db.selectFrom('hooks').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const previous = await h.app.db.selectFrom('hook_secrets').select('secret').executeTakeFirstOrThrow()
  expect(unseal(previous.secret)).toBe(secret)
  expect(unseal(hook.secret)).toMatch(/^whsec_/)
  const offer = await h.app.db
    .selectFrom('offers')
    .selectAll()
    .where('id', '=', offerId)
    .executeTakeFirstOrThrow()
  expect(unseal(offer.activation_token!)).toBe('the token')
})
