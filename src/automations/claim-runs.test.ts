import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../platform/db/database.ts'
import { makeAutomation } from '../testing/automations.ts'
import { makeContact } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { claimRuns } from './claim-runs.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

test('while a worker has claimed a run of a contact, no other worker claims another run of that contact', async () => {
  const { siteId } = h.account
  for (let n = 0; n < 2; n++) {
    await makeAutomation(h.app, siteId, {
      trigger: { event: 'contact_created' },
      actions: [{ action: 'wait', amount: 1, unit: 'hours' }, { action: 'stop' }],
    })
  }
  const one = await makeContact(h.app, siteId)
  const other = await makeContact(h.app, siteId)
  await h.drain()
  const later = new Date(h.app.clock.now().getTime() + 3_600_000)
  const claim = (limit: number, meanwhile = async () => {}) =>
    inTransaction(h.app.db, async (tx) => {
      const claimed = await claimRuns(tx, later, limit)
      await meanwhile()
      return claimed.map(({ contactId }) => contactId)
    })
  const beside: string[] = []
  const first = await claim(1, async () => {
    beside.push(...(await claim(10)))
  })
  expect([...first, ...beside]).toEqual([one, other, other])
  expect((await claim(10)).sort()).toEqual([one, one, other, other])
})
