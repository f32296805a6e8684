/** Ends of access in the time zone of a site. */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dayIn, isStartOfDay } from '../platform/text/zone.ts'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { expectRefusal } from '../testing/refusals.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

async function setZone(time_zone: string): Promise<void> {
  const { siteId: id } = h.account
  const { status } = await h.client.patch(`/v1/sites/${id}`, {
    data: { type: 'sites', id, attributes: { time_zone } },
  })
  expect(status).toBe(200)
}

/** Grants a new offer to a new contact. */
async function grant(offer: Parameters<typeof makeOffer>[2], meta?: object) {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId, offer)
  const path = `/v1/contacts/${contactId}/relationships/offers`
  const { body } = await h.client.post(path, offersBody([offerId], meta))
  const again = async (more: object) => (await h.client.post(path, offersBody([offerId], more))).body
  return { path, offerId, again, body, ...(body.meta?.offers[0] as { grant_id: string; expires_at: string }) }
}

const patchGrant = (id: string, attributes: object) =>
  h.client.patch(`/v1/grants/${id}`, { data: { type: 'grants', id, attributes } })

test.each([
  ['America/Los_Angeles', '2027-06-30', '2027-07-01T07:00:00.000Z'],
  ['Asia/Kolkata', '2027-06-30', '2027-06-30T18:30:00.000Z'],
  ['UTC', '2027-06-30', '2027-07-01T00:00:00.000Z'],
  // The night in which the clocks are put forward: a day of 23 hours.
  ['Europe/Madrid', '2027-03-27', '2027-03-27T23:00:00.000Z'],
  ['Europe/Madrid', '2027-03-28', '2027-03-28T22:00:00.000Z'],
  // The night in which they are put back: a day of 25 hours.
  ['Europe/Madrid', '2027-10-30', '2027-10-30T22:00:00.000Z'],
  ['Europe/Madrid', '2027-10-31', '2027-10-31T23:00:00.000Z'],
  // The clocks change at midnight: the next day begins at 01:00.
  ['Africa/Cairo', '2027-04-29', '2027-04-29T22:00:00.000Z'],
])('in %s, access until %s ends at %s', async (zone, day, end) => {
  await setZone(zone)
  const granted = await grant({}, { expires_at: day })
  expect(granted.expires_at).toBe(end)
  const held = await grant({})
  expect((await held.again({ expires_at: day })).meta.offers[0].expires_at).toBe(end)
  const { body } = await patchGrant((await grant({})).grant_id, { expires_at: day })
  expect(body.data.attributes.expires_at).toBe(end)
})

test('a time stays exact, whatever the zone of the site', async () => {
  await setZone('America/Los_Angeles')
  const granted = await grant({}, { expires_at: '2027-06-30T12:00:00+02:00' })
  expect(granted.expires_at).toBe('2027-06-30T10:00:00.000Z')
})

test('a day on which access begins is its first instant in the zone of the site', async () => {
  await setZone('America/Los_Angeles')
  const { grant_id } = await grant({})
  const { body } = await patchGrant(grant_id, { starts_at: '2027-06-01', expires_at: '2027-06-30' })
  expect(body.data.attributes).toMatchObject({
    starts_at: '2027-06-01T07:00:00.000Z',
    expires_at: '2027-07-01T07:00:00.000Z',
  })
  const offerId = await makeOffer(h.app, h.account.siteId)
  const attributes = { access_begins_at: '2027-06-01' }
  const changed = await h.client.patch(`/v1/offers/${offerId}`, {
    data: { type: 'offers', id: offerId, attributes },
  })
  expect(changed.body.data.attributes.access_begins_at).toBe('2027-06-01T07:00:00.000Z')
})

test('a day that does not exist, the last one of all, and one that is over are refused', async () => {
  const { path, offerId } = await grant({})
  const details: string[] = []
  for (const expires_at of ['2027-02-30', '9999-12-31', '2001-01-01']) {
    const request = () => h.client.post(path, offersBody([offerId], { expires_at }))
    const { body } = await expectRefusal(h.app, request, 422, { pointer: '/meta/expires_at' })
    details.push(body.errors[0].detail)
  }
  const malformed =
    'expires_at must be a date and time such as 2026-01-15T09:30:00Z, or a day before 9999-12-31 such as 2026-01-15'
  expect(details).toEqual([malformed, malformed, 'expires_at must be in the future'])
})

test.each([
  // 23 hours, and 25.
  ['2027-03-27T12:00:00+01:00', '2027-03-28T10:00:00.000Z'],
  ['2027-10-30T12:00:00+02:00', '2027-10-31T11:00:00.000Z'],
])('a day of access that begins at %s ends at the same time of the next day: %s', async (begins, end) => {
  await setZone('Europe/Madrid')
  const granted = await grant({ access_days: 1, access_begins_at: new Date(begins) })
  expect(granted.expires_at).toBe(end)
})

test('an extension adds days of the zone, so that access until the end of a day stays so', async () => {
  await setZone('Europe/Madrid')
  const { again } = await grant({ access_days: 2 })
  await again({ expires_at: '2027-03-27' })
  expect((await again({ renew: 'extend' })).meta.offers[0].expires_at).toBe('2027-03-29T22:00:00.000Z')
})

test('the end of access is announced so many days of the zone before', async () => {
  await setZone('Europe/Madrid')
  const { grant_id } = await grant({ access_ending_days: 1 }, { expires_at: '2027-03-28' })
  const { ending_notice_at } = await h.app.db
    .selectFrom('offer_grants')
    .select('ending_notice_at')
    .where('id', '=', grant_id)
    .executeTakeFirstOrThrow()
  expect(ending_notice_at).toEqual(new Date('2027-03-27T23:00:00Z'))
})

test('the database and the pages agree on when days begin, in zones of every kind', async () => {
  const zones = ['UTC', 'America/Los_Angeles', 'Europe/Madrid', 'Africa/Cairo', 'America/Havana']
  zones.push('Australia/Lord_Howe', 'America/Santiago', 'Asia/Beirut', 'Pacific/Kiritimati')
  const { rows } = await sql<{ zone: string; day: string; start: Date }>`
    select zone, day::date::text as day, day_start(day::date, zone) as start
      from unnest(${zones}::text[]) zone, generate_series('2027-01-01'::date, '2027-12-31', '1 day') day`.execute(
    h.app.db,
  )
  expect(rows).toHaveLength(zones.length * 365)
  const wrong = rows.filter(
    ({ zone, day, start }) => !isStartOfDay(zone, start) || dayIn(zone, start) !== day,
  )
  expect(wrong).toEqual([])
})
