import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeContact, makeKey, makeOffer, makeSite, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { rowsReadBy, vacuum } from '../../testing/plans.ts'
import { recordStatements } from '../../testing/statements.ts'
import { advanceClock } from '../../worker/advance-clock.ts'
import { countChanges } from './count-changes.ts'
import { readFigures } from './read-figures.ts'

const DAY_MS = 86_400_000

let h: Harness
let siteId: string
beforeAll(async () => {
  h = await startHarness({ isNew: true })
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

/** Does what the background task does, in parts of so many changes. */
async function count(most?: number, clock = h.app.clock): Promise<void> {
  while ((await countChanges({ db: h.app.db, clock }, most)) > 0);
}

const at = (now: Date) => ({ ...h.app.clock, now: () => now })

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
  // What is written at its own time is no correction.
  await h.drain()
  const { rows } = await h.app.pool.query('select * from access_corrections')
  expect(rows).toEqual([])
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

/** A site of its own, on which rows of grants and purchases are written. @param rows SQL that has `i` */
async function siteWith(customers: number, grants: { rows: number; columns: string; values: string }) {
  const site = await makeSite(h.app, h.account)
  const run = (text: string) => h.app.pool.query(text, [site])
  await run(
    `insert into customers (site_id, id, contact_id, name, email, created_at, updated_at)
     select $1, $1::bigint * 1000000 + i, $1::bigint * 1000000 + i, 'x', i || '@' || $1::text, now(), now()
       from generate_series(1, ${customers}) i`,
  )
  await run(
    `insert into offer_grants (site_id, customer_id, offer_id, source, granted_by, ${grants.columns})
     select $1, $1::bigint * 1000000 + 1 + i % ${customers}, i, 'api', 'test', ${grants.values}
       from generate_series(1, ${grants.rows}) i`,
  )
  const read = async (days: number): Promise<Day[]> =>
    (await h.client.get(`/v1/sites/${site}/figures?days=${days}`)).body.data.attributes.days
  return { site, run, read }
}

/** A time that follows from the row, between so many days ago and ahead. */
const some = (salt: number, before: number, after: number) =>
  `now() + (hashint4(i * 31 + ${salt}) & 65535) / 65535.0 * interval '${before + after} days' - interval '${before} days'`

/** The figures of the last 20 days, counted one by one from all grants and purchases. */
async function countedOneByOne(site: string, now = h.app.clock.now()): Promise<Day[]> {
  const { rows } = await h.app.pool.query(
    `select to_char(day, 'YYYY-MM-DD') as day,
            (select count(*)::int from offer_grants where site_id = $1 and granted_at::date = day::date) as grants,
            (select count(distinct customer_id)::int
               from (select customer_id, starts_at, least(revoked_at, expires_at) as ends_at from offer_grants where site_id = $1
                     union all
                     select customer_id, effective_start_at, deactivated_at from purchases where site_id = $1) access
              where starts_at <= moment and (ends_at is null or ends_at > moment)) as active_members
       from generate_series(($2::timestamptz at time zone 'UTC')::date - 19, ($2::timestamptz at time zone 'UTC')::date, '1 day') day
      cross join lateral (select least(day at time zone 'UTC' + interval '1 day' - interval '1 microsecond', $2) as moment) m
      order by day`,
    [site, now],
  )
  return rows
}

/** A site with grants and purchases that began and ended within some weeks. */
async function siteWithChanges() {
  const starts = some(1, 30, 3)
  const made = await siteWith(60, {
    rows: 150,
    columns: 'granted_at, starts_at, expires_at, revoked_at, revoke_reason',
    values: `least(now(), ${starts}), ${starts},
      case when i % 3 > 0 then greatest(${some(2, 20, 10)}, ${starts} + interval '1 hour') end,
      case when i % 4 = 0 then ${some(3, 25, 0)} end, case when i % 4 = 0 then 'revoked' end`,
  })
  await made.run(
    `insert into purchases (site_id, id, order_id, order_item_id, customer_id, offer_id, payment_type, amount, currency,
                            quantity, effective_start_at, deactivated_at, deactivation_reason, closed_at, settle_at,
                            created_at, updated_at)
     select $1, id, i, id, $1::bigint * 1000000 + 1 + i * 2 % 60, i, 'single', 4900, 'USD', 1, began, ends,
            case when ends is not null then 'refund' end, case when ends < now() and i % 5 > 0 then ends end,
            case when ends >= now() or i % 5 = 0 then ends end, began, began
       from (select i, $1::bigint * 1000000 + i as id, ${some(4, 40, 2)} as began,
                    case when i % 3 = 0 then ${some(5, 20, 10)} end as ends
               from generate_series(1, 60) i) p`,
  )
  return made
}

describe('what is counted ahead', () => {
  // The clock shows the real time again.
  beforeAll(async () => {
    await h.renew()
    siteId = h.account.siteId
  })

  test('active members are those who had access by a grant or a purchase when a day ended, as counted one by one', async () => {
    await h.app.pool.query('update access_counted set until = null')
    const { site, read } = await siteWithChanges()
    const expected = await countedOneByOne(site)
    expect(new Set(expected.map(({ active_members }) => active_members)).size).toBeGreaterThan(5)
    expect(await read(20)).toEqual(expected)
    await count(50)
    expect(await read(20)).toEqual(expected)
    await setZone('Asia/Kathmandu')
    await count()
    expect(await read(20)).toEqual(expected)
    await setZone('UTC')
  })

  test.each([
    [
      'a grant that began earlier',
      `update offer_grants set starts_at = starts_at - interval '3 days' where id % 7 = 0 and site_id = $1`,
    ],
    [
      'grants of another customer',
      `update offer_grants set customer_id = $1::bigint * 1000000 + 3
     where site_id = $1 and customer_id between $1::bigint * 1000000 + 4 and $1::bigint * 1000000 + 12`,
    ],
    [
      'access that ended earlier',
      `update offer_grants set revoked_at = now() - interval '8 days', revoke_reason = 'revoked'
     where site_id = $1 and revoked_at is null and starts_at < now() - interval '12 days'`,
    ],
    ['grants that are removed', `delete from offer_grants where site_id = $1 and id % 5 = 0`],
    [
      'grants that are added late',
      `insert into offer_grants (site_id, customer_id, offer_id, source, granted_by, granted_at, starts_at)
     select $1, $1::bigint * 1000000 + 1 + i, 9000, 'import', 'test', now() - i * interval '1 day', now() - i * interval '1 day'
       from generate_series(1, 15) i`,
    ],
    [
      'purchases that began earlier',
      `update purchases set effective_start_at = effective_start_at - interval '5 days' where site_id = $1`,
    ],
    [
      'purchases that ended earlier',
      `update purchases set deactivated_at = greatest(now() - interval '6 days', effective_start_at),
       deactivation_reason = 'refund', closed_at = now() where site_id = $1 and id % 2 = 0`,
    ],
    ['purchases that are removed', `delete from purchases where site_id = $1 and id % 2 = 1`],
  ])('changes of the past are counted again from their time on: %s', async (_, change) => {
    const { site, run, read } = await siteWithChanges()
    await count()
    const before = await read(20)
    await run(change)
    const expected = await countedOneByOne(site)
    expect(expected).not.toEqual(before)
    expect(await read(20)).toEqual(expected)
    await count(20)
    const { rows } = await h.app.pool.query('select * from access_corrections')
    expect(rows).toEqual([])
    expect(await read(20)).toEqual(expected)
  })

  test('what lies before the oldest day is kept as one count of each site', async () => {
    const { site } = await siteWithChanges()
    await count()
    for (const days of [100, 390]) {
      const later = new Date(h.app.clock.now().getTime() + days * DAY_MS)
      await count(undefined, at(later))
      expect((await readFigures(h.app.db, site, 20, later)).days).toEqual(await countedOneByOne(site, later))
    }
    const { rows } = await h.app.pool.query(
      `select distinct since < '0001-01-01' as is_sum from access_counts where site_id = $1`,
      [site],
    )
    expect(rows).toEqual([{ is_sum: true }])
    await h.app.pool.query('update access_counted set until = null')
  })

  test('what is counted is not read, however much there is', async () => {
    const CUSTOMERS = 500
    const { run, read } = await siteWith(CUSTOMERS, {
      rows: 15_000,
      columns: 'granted_at, starts_at, revoked_at, revoke_reason',
      values: `now() - interval '400 days' + i * interval '1 minute', now() - interval '400 days' + i * interval '1 minute',
      case when i > ${CUSTOMERS} then now() - interval '300 days' end, case when i > ${CUSTOMERS} then 'revoked' end`,
    })
    // Two have access that is older; one of them has two grants more.
    await run(
      `insert into offer_grants (site_id, customer_id, offer_id, source, granted_by, granted_at, starts_at)
     select $1, $1::bigint * 1000000 + least(i, 2), 50000 + i, 'api', 'test', now(), now() from generate_series(1, 3) i`,
    )
    await count()
    await vacuum(h.app.pool, 'offer_grants', 'purchases', 'customers', 'access_counts')
    const statements = recordStatements(h.app.pool)
    const days = await read(7)
    expect(days.reduce((sum, { grants }) => sum + grants, 0)).toBe(3)
    expect(days.map(({ active_members }) => active_members)).toEqual(days.map(() => CUSTOMERS))
    const figures = statements.filter(({ text }) => text.includes('range_agg'))
    const [reading] = await rowsReadBy(
      h.app.pool,
      figures.map(({ text, values }) => ({ text: `select * from (${text}) figures`, values })),
    )
    // Of grants and purchases, some pages are read whole; of counts, the quarters of an hour in which there are any.
    expect(reading!.read).toBeLessThan(6_000)
  })
})
