import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeContact } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeSignedHook } from '../testing/hooks.ts'
import { type Receiver, startReceiver } from '../testing/receiver.ts'
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

const DAY = 24 * 3_600_000

const listen = async () =>
  (await makeSignedHook(h.app, h.account.siteId, { event: 'contact_created', targetUrl: receiver.url })).id

const happen = async () => {
  await makeContact(h.app, h.account.siteId)
  await h.drain()
}

const answer = (status: number) => receiver.answer((response) => response.writeHead(status).end())

/** From the database: tokens expire within the weeks that pass here. */
const hookOf = (id: string) =>
  h.app.db
    .selectFrom('hooks')
    .select(['disabled_reason', 'failing_since'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()

const days = (from: Date | null, until: Date | null) => (until!.getTime() - from!.getTime()) / DAY

/** Simulates that the attempts so far were made earlier. */
const setBack = (time: { failing: string; lastAttempt: string }) =>
  h.app.pool.query(
    `update hooks set failing_since = failing_since - $1::interval, last_attempt_at = last_attempt_at - $2::interval`,
    [time.failing, time.lastAttempt],
  )

const emails = async () =>
  (await h.client.get('/v1/emails')).body.data.map(
    ({ attributes }: { attributes: Record<string, string> }) => attributes,
  )

describe('only attempts count as failures', () => {
  test('a hook whose last delivery failed permanently weeks ago is not disabled by the next single 503', async () => {
    answer(503)
    const id = await listen()
    await happen()
    await advanceClock(h.app, 25 * DAY)
    const before = await hookOf(id)
    expect(before).toMatchObject({ disabled_reason: null, failing_since: expect.any(Date) })
    await happen()
    const after = await hookOf(id)
    expect(after.disabled_reason).toBeNull()
    expect(days(before.failing_since, after.failing_since)).toBeGreaterThan(24)
  }, 120_000)

  test('a hook is not disabled for days without attempts, as when all workers were stopped', async () => {
    answer(503)
    const id = await listen()
    await happen()
    await setBack({ failing: '6 days', lastAttempt: '6 days' })
    await happen()
    expect(await hookOf(id)).toMatchObject({ disabled_reason: null })
  })

  test('attempts that failed over five days disable it', async () => {
    answer(503)
    const id = await listen()
    await happen()
    await setBack({ failing: '119 hours', lastAttempt: '24 hours' })
    await happen()
    expect(await hookOf(id)).toMatchObject({ disabled_reason: null })
    await setBack({ failing: '1 hour', lastAttempt: '24 hours' })
    await happen()
    expect(await hookOf(id)).toMatchObject({ disabled_reason: 'failing' })
  })
})

describe('the owner of the account', () => {
  test('gets one e-mail when a hook is disabled because its receiver is gone, without secrets in its URL', async () => {
    answer(410)
    const targetUrl = `${receiver.url}private-path?token=secret-token`
    const { id } = await makeSignedHook(h.app, h.account.siteId, { event: 'contact_created', targetUrl })
    await happen()
    await happen()
    await h.drain()
    const [email, ...others] = await emails()
    expect(others).toEqual([])
    const site = (await h.client.get(`/v1/sites/${h.account.siteId}`)).body.data.attributes.title
    expect(email).toMatchObject({
      kind: 'hook_disabled',
      status: 'kept',
      to_name: 'Olivia Owner',
      to_email: expect.stringMatching(/^owner\d+@example.com$/),
      subject: `A webhook of ${site} was disabled`,
    })
    for (const part of [email.html, email.text]) {
      expect(part).toContain('Hello Olivia,')
      expect(part).toContain('contact_created')
      expect(part).toContain(new URL(receiver.url).host)
      expect(part).toContain('The receiver answered 410 Gone')
      expect(part).toContain(`POST /v1/hooks/${id}/replay`)
      expect(part).toContain('for 400 days')
      expect(part).not.toMatch(/private-path|secret-token/)
    }
  })

  test('gets one when nothing has succeeded for five days, with the time and the last result', async () => {
    answer(503)
    const id = await listen()
    await happen()
    await setBack({ failing: '121 hours', lastAttempt: '24 hours' })
    await happen()
    expect(await hookOf(id)).toMatchObject({ disabled_reason: 'failing' })
    const [email, ...others] = await emails()
    expect(others).toEqual([])
    expect(email.text).toMatch(
      /Every attempt has failed since \d+ \w+ \d{4}, \d\d:\d\d \(UTC\). The last result was: HTTP 503./,
    )
  })

  test('gets another when the hook was enabled and is disabled again, and none when it is disabled by request', async () => {
    const id = await listen()
    const set = (enabled: boolean) =>
      h.client.patch(`/v1/hooks/${id}`, { data: { type: 'hooks', attributes: { enabled } } })
    await set(false)
    await h.drain()
    expect(await emails()).toEqual([])
    answer(410)
    for (let round = 0; round < 2; round++) {
      await set(true)
      await happen()
    }
    expect(await emails()).toHaveLength(2)
  })

  test('gets the e-mail although a contact was deleted, and the e-mail belongs to no contact', async () => {
    answer(410)
    await listen()
    await happen()
    const { data } = (await h.client.get('/v1/emails?include=contact')).body
    expect(data[0].relationships.contact.data).toBeNull()
    expect((await h.client.get('/v1/emails?filter[kind]=hook_disabled')).body.data).toHaveLength(1)
  })
})
