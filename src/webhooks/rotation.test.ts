import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeContact } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeSignedHook } from '../testing/hooks.ts'
import { type Receiver, startReceiver } from '../testing/receiver.ts'
import { expectRefusal } from '../testing/refusals.ts'
import { advanceClock } from '../worker/advance-clock.ts'

let h: Harness
let receiver: Receiver
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())
beforeEach(async () => {
  await h.renew()
  receiver = await startReceiver()
})
afterEach(() => receiver.close())

const HOUR = 3_600_000

const listen = () =>
  makeSignedHook(h.app, h.account.siteId, { event: 'contact_created', targetUrl: receiver.url })

const rotate = async (id: string): Promise<string> =>
  (await h.client.post(`/v1/hooks/${id}/rotate_secret`)).body.data.attributes.secret

/** Those of the secrets that verify the next request. */
async function verifying(secrets: string[]): Promise<boolean[]> {
  await makeContact(h.app, h.account.siteId)
  await h.drain()
  const { text, headers } = receiver.received.at(-1)!
  return secrets.map((secret) => {
    try {
      return Boolean(new Webhook(secret).verify(text, headers as Record<string, string>))
    } catch {
      return false
    }
  })
}

test('every secret that was replaced within 24 hours still signs, regardless of later rotations', async () => {
  const { id, secret: deployed } = await listen()
  const lost = await rotate(id)
  await advanceClock(h.app, HOUR)
  const second = await rotate(id)
  expect(await verifying([deployed, lost, second])).toEqual([true, true, true])
  await advanceClock(h.app, 22 * HOUR)
  const third = await rotate(id)
  expect(await verifying([deployed, lost, second, third])).toEqual([true, true, true, true])
  await advanceClock(h.app, HOUR)
  expect(await verifying([deployed, lost, second, third])).toEqual([false, true, true, true])
  await advanceClock(h.app, HOUR)
  expect(await verifying([deployed, lost, second, third])).toEqual([false, false, true, true])
  await advanceClock(h.app, 22 * HOUR)
  expect(await verifying([deployed, lost, second, third])).toEqual([false, false, false, true])
})

test('the eleventh rotation within 24 hours is refused, with the time when one is possible again', async () => {
  const { id, secret } = await listen()
  const begun = h.app.clock.now().getTime()
  const others: string[] = []
  for (let n = 0; n < 10; n++) others.push(await rotate(id))
  const another = () => h.client.post(`/v1/hooks/${id}/rotate_secret`)
  await expectRefusal(h.app, another, 409)
  const { code, detail } = (await another()).body.errors[0]
  expect(code).toBe('too_many_rotations')
  const again = Date.parse(detail.match(/\d{4}-\S+Z/)[0])
  expect(again - begun).toBeGreaterThanOrEqual(24 * HOUR)
  expect(again - begun).toBeLessThan(24 * HOUR + 60_000)
  expect(await verifying([secret, ...others])).toEqual(Array(11).fill(true))
  await advanceClock(h.app, 25 * HOUR)
  expect((await another()).status).toBe(200)
})
