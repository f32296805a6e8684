import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeKey, makeOffer, makeSite, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { advanceClock } from '../../worker/advance-clock.ts'

const DAY_MS = 86_400_000

let h: Harness
let siteId: string
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
})
afterAll(() => h.close())

interface Day {
  day: string
  grants: number
  active_members: number
}

const figures = async (days: number): Promise<Day[]> =>
  (await h.client.get(`/v1/sites/${siteId}/figures?days=${days}`)).body.data.attributes.days

const setZone = (time_zone: string) =>
  h.client.patch(`/v1/sites/${siteId}`, { data: { type: 'sites', id: siteId, attributes: { time_zone } } })

test('grants and active members are counted by the days of the site, each member once', async () => {
  const [short, long] = [await makeOffer(h.app, siteId, { access_days: 2 }), await makeOffer(h.app, siteId)]
  const [ada, grace] = [await makeContact(h.app, siteId), await makeContact(h.app, siteId)]
  const grant = (contact: string, offers: string[]) =>
    h.client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody(offers))
  await grant(ada, [short, long])
  await grant(grace, [short])
  await advanceClock(h.app, 3 * DAY_MS)
  await grant(grace, [short])
  const days = await figures(5)
  expect(days.map(({ grants }) => grants)).toEqual([0, 3, 0, 0, 1])
  // The access of Grace ended on the third day, and began again on the fourth.
  expect(days.map(({ active_members }) => active_members)).toEqual([0, 2, 2, 1, 2])
  // Access that began before the first day counts from it on.
  expect(await figures(2)).toEqual(days.slice(-2))

  await h.client.delete(`/v1/contacts/${ada}/relationships/offers`, offersBody([long]))
  expect((await figures(1))[0]!.active_members).toBe(1)
})

test('a day begins at midnight in the time zone of the site', async () => {
  const { id } = await h.app.db.selectFrom('offer_grants').select('id').executeTakeFirstOrThrow()
  const move = (granted_at: string) =>
    h.app.db
      .updateTable('offer_grants')
      .set({ granted_at: new Date(granted_at) })
      .where('id', '=', id)
      .execute()
  const today = (await figures(1))[0]!.day
  const yesterday = (await figures(2))[0]!.day
  // In Los Angeles it is still the day before.
  await move(`${today}T03:00:00Z`)
  const inUtc = await figures(3)
  await setZone('America/Los_Angeles')
  const { attributes } = (await h.client.get(`/v1/sites/${siteId}/figures?days=4`)).body.data
  expect(attributes.time_zone).toBe('America/Los_Angeles')
  const grantsOf = (days: Day[], day: string) => days.find((each) => each.day === day)?.grants ?? 0
  expect(grantsOf(inUtc, yesterday)).toBe(0)
  expect(grantsOf(attributes.days, yesterday)).toBeGreaterThan(0)
  await setZone('UTC')
})

test('figures require view:grants, are those of a site of the account, and of a whole number of days', async () => {
  const { token } = await makeKey(h.app, h.account, ['view:contacts'])
  const path = `/v1/sites/${siteId}/figures`
  expect((await h.clientWith(token).get(path)).status).toBe(403)
  expect((await h.client.get('/v1/sites/999999/figures')).status).toBe(404)
  for (const days of ['0', '367', 'x', '-1'])
    expect((await h.client.get(`${path}?days=${days}`)).body.errors[0].source).toEqual({ parameter: 'days' })
  const other = await makeSite(h.app, h.account)
  const { body } = await h.client.get(`/v1/sites/${other}/figures`)
  expect(body.data.attributes.days).toHaveLength(30)
  expect(body.data.attributes.days.every(({ grants }: Day) => grants === 0)).toBe(true)
})
