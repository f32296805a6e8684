/** Reports, against the example of docs/sales.md and against plain calculations with random sales. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  makeAccount,
  makeContact,
  makeKey,
  makeOffer,
  makeSite,
  offersBody,
  unique,
} from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { makeSale, type SaleIds } from '../../testing/sale-rows.ts'

let h: Harness
let siteId: string
let customerId: string
let offer: string
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
  customerId = await customerOf(siteId)
  offer = await makeOffer(h.app, siteId, { title: 'Club' })
  const attributes = { time_zone: 'America/Los_Angeles' }
  await h.client.patch(`/v1/sites/${siteId}`, { data: { type: 'sites', id: siteId, attributes } })
})
afterAll(() => h.close())

async function customerOf(site: string): Promise<string> {
  const contact = await makeContact(h.app, site)
  const granted = await makeOffer(h.app, site)
  const { body } = await h.client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody([granted]))
  return body.meta.customer_id
}

/** The time in Los Angeles, in winter. */
const local = (text: string) => new Date(`${text}:00-08:00`)

interface Subscription {
  amount: number
  tax?: number
  interval?: 'week' | 'month' | 'year'
  interval_count?: number
  currency?: string
  payment_type?: 'subscription' | 'multipay'
  is_test?: boolean
}

interface State {
  since: Date
  status: 'trialing' | 'active' | 'past_due' | 'paused' | 'canceled' | 'completed'
  past_due_since?: Date
  amount?: number
}

/** A subscription of which only the states matter. */
async function subscribe(
  {
    amount,
    tax = 0,
    interval = 'month',
    interval_count = 1,
    currency = 'USD',
    payment_type = 'subscription',
    is_test = false,
  }: Subscription,
  states: State[],
  of = { siteId, customerId, offer },
): Promise<SaleIds> {
  const [{ since }] = states as [State, ...State[]]
  const sale = await makeSale(h.app, of.siteId, {
    customerId: of.customerId,
    offerId: of.offer,
    total: 0,
    currency,
    at: new Date('2020-01-01T00:00:00Z'),
    payment_type,
  })
  const { status } = states.at(-1)!
  const times = { created_at: since, updated_at: since }
  const { id } = await h.app.db
    .insertInto('subscriptions')
    .values({
      ...{
        site_id: of.siteId,
        purchase_id: sale.purchaseId,
        customer_id: of.customerId,
        provider: 'test',
        is_test,
      },
      ...{ status, status_since: since, currency, amount, tax, interval, interval_count, started_at: since },
      ...(['canceled', 'completed'].includes(status) && { ended_at: states.at(-1)!.since }),
      ...times,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const rows = states.map((state) => ({
    ...{ site_id: of.siteId, subscription_id: id, tax, interval, interval_count, amount },
    ...state,
  }))
  await h.app.db.insertInto('subscription_states').values(rows).execute()
  return sale
}

async function move(
  { purchaseId }: SaleIds,
  action: string,
  amount: number,
  at: Date,
  more: { tax?: number; currency?: string; is_test?: boolean } = {},
  of = { siteId, customerId },
): Promise<void> {
  const { tax = 0, currency = 'USD', is_test = false } = more
  const times = { occurred_at: at, created_at: at, updated_at: at }
  const { id } = await h.app.db
    .insertInto('transactions')
    .values({
      ...{ site_id: of.siteId, customer_id: of.customerId, action, state: 'succeeded', provider: 'test' },
      ...{ reference: `tx_${unique()}`, amount, tax, currency, is_test, ...times },
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const share = { site_id: of.siteId, transaction_id: id, purchase_id: purchaseId, amount, tax }
  await h.app.db.insertInto('transaction_purchases').values(share).execute()
}

const report = async (name: string, query: string, client = h.client) => {
  const { status, body } = await client.get(`/v1/reports/${name}?${query}`)
  expect([status, body.errors]).toEqual([200, undefined])
  return body.data.attributes
}

describe('the example of the documentation: March', () => {
  beforeAll(async () => {
    const state = (since: string, status: State['status'], more: Partial<State> = {}): State => ({
      since: local(since),
      status,
      ...more,
    })
    const a = await subscribe({ amount: 2900 }, [state('2025-01-05T10:00', 'active')])
    const b = await subscribe({ amount: 24_000, interval: 'year' }, [state('2025-03-10T10:00', 'active')])
    // 50 % off; it ends on 5 April.
    const c = await subscribe({ amount: 1450 }, [
      state('2025-02-20T10:00', 'active'),
      state('2025-04-05T10:00', 'canceled'),
    ])
    // Its payment fails on the 3rd, and access ends 21 days later.
    await subscribe({ amount: 2900 }, [
      state('2025-02-03T10:00', 'active'),
      state('2025-03-03T10:00', 'past_due', { past_due_since: local('2025-03-03T10:00') }),
    ])
    await subscribe({ amount: 2900 }, [state('2025-03-20T10:00', 'trialing')])
    const f = await subscribe({ amount: 10_000, payment_type: 'multipay' }, [
      state('2025-03-05T10:00', 'active'),
    ])
    await subscribe({ amount: 9900, is_test: true }, [state('2025-01-05T10:00', 'active')])
    for (const [sale, amount] of [
      [a, 2900],
      [b, 24_000],
      [c, 1450],
      [f, 10_000],
    ] as const)
      await move(sale, 'subscription_charge', amount, local('2025-03-11T12:00'))
    // The last minute of March.
    await move(a, 'charge', 4900, local('2025-03-31T22:59'))
    await move(a, 'refund', -1900, local('2025-03-15T12:00'))
    await move(a, 'dispute', -2900, local('2025-03-16T12:00'))
    await move(a, 'dispute', 2900, local('2025-03-17T12:00'))
    await move(a, 'charge', 100, local('2025-03-31T23:01'))
    await move(a, 'charge', 100, local('2025-02-28T23:59'))
    await move(a, 'charge', 100, local('2025-03-12T12:00'), { is_test: true })
  })

  test('gross revenue is 432.50, and net revenue 413.50', async () => {
    const attributes = await report('revenue', 'filter[start_date]=2025-03-01&filter[end_date]=2025-03-31')
    expect(attributes).toMatchObject({
      time_zone: 'America/Los_Angeles',
      first_day: '2025-03-01',
      last_day: '2025-03-31',
      totals: [
        { currency: 'USD', payments: 5, gross: 43_250, refunds: -1900, disputes: 0, net: 41_350, tax: 0 },
      ],
    })
    const days = attributes.rows.map(({ day, offer_id, offer_title, net }: Record<string, unknown>) => [
      day,
      offer_id,
      offer_title,
      net,
    ])
    expect(days).toEqual([
      ['2025-03-11', offer, 'Club', 38_350],
      ['2025-03-15', offer, 'Club', -1900],
      ['2025-03-16', offer, 'Club', -2900],
      ['2025-03-17', offer, 'Club', 2900],
      ['2025-03-31', offer, 'Club', 4900],
    ])
  })

  test('recurring revenue is 72.50 at the start and 63.50 at the end; churn is 1/3, and 40 % of the revenue', async () => {
    const { rows } = await report(
      'subscriptions',
      'filter[start_date]=2025-03-01&filter[end_date]=2025-03-31',
    )
    expect(rows).toEqual([
      {
        month: '2025-03',
        currency: 'USD',
        active_at_start: 3,
        started: 1,
        churned: 1,
        active_at_end: 3,
        mrr_at_start: 7250,
        started_mrr: 2000,
        churned_mrr: 2900,
        mrr_at_end: 6350,
        churn_rate: 0.3333,
        mrr_churn_rate: 0.4,
      },
    ])
  })
})

/** A generator of the same numbers each time. */
function numbers(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state % below
  }
}

/** A site of an account of its own, with random sales. */
async function otherSite() {
  const account = await makeAccount(h.app)
  const client = h.clientWith(account.token)
  const contact = await makeContact(h.app, account.siteId)
  const granted = await makeOffer(h.app, account.siteId)
  const { body } = await client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody([granted]))
  return {
    client,
    of: { siteId: account.siteId, customerId: body.meta.customer_id as string, offer: granted },
  }
}

test('revenue is the sum of random payments, by day, offer and currency', async () => {
  const { client, of } = await otherSite()
  const random = numbers(7)
  const offers = [of.offer, await makeOffer(h.app, of.siteId), await makeOffer(h.app, of.siteId)]
  const sales = await Promise.all(
    offers.map((offerId) =>
      makeSale(h.app, of.siteId, {
        customerId: of.customerId,
        offerId,
        total: 0,
        at: new Date('2020-01-01T00:00:00Z'),
      }),
    ),
  )
  const expected = new Map<string, number>()
  for (let i = 0; i < 120; i++) {
    const at = new Date(Date.UTC(2025, 4, 1 + random(10), random(24), random(60)))
    const action = ['charge', 'subscription_charge', 'refund', 'dispute'][random(4)]!
    const amount = (1 + random(9_999)) * (action === 'refund' || (action === 'dispute' && random(2)) ? -1 : 1)
    const [place, currency, is_test] = [random(3), ['USD', 'JPY'][random(2)]!, random(10) === 0]
    await move(sales[place]!, action, amount, at, { currency, is_test }, of)
    const day = at.toISOString().slice(0, 10)
    if (is_test || day < '2025-05-03' || day > '2025-05-08') continue
    const key = `${day} ${currency} ${offers[place]}`
    expected.set(key, (expected.get(key) ?? 0) + amount)
  }
  const { rows, totals } = await report(
    'revenue',
    'filter[start_date]=2025-05-03&filter[end_date]=2025-05-08',
    client,
  )
  const found = new Map(
    rows.map((row: { day: string; currency: string; offer_id: string; net: number }) => [
      `${row.day} ${row.currency} ${row.offer_id}`,
      row.net,
    ]),
  )
  expect(found).toEqual(expected)
  for (const row of [...rows, ...totals]) expect(row.gross + row.refunds + row.disputes).toBe(row.net)
  for (const { currency, net } of totals)
    expect(net).toBe([...expected].reduce((sum, [key, each]) => sum + (key.includes(currency) ? each : 0), 0))
})

test('recurring revenue and churn are those of random subscriptions, counted one by one', async () => {
  const { client, of } = await otherSite()
  const random = numbers(21)
  const GRACE_MS = 21 * 86_400_000
  const all: {
    given: Required<Pick<Subscription, 'amount' | 'tax' | 'interval' | 'interval_count'>>
    states: State[]
  }[] = []
  for (let i = 0; i < 60; i++) {
    const given = {
      amount: random(5) === 0 ? 0 : 1 + random(50_000),
      tax: 0,
      interval: (['week', 'month', 'year'] as const)[random(3)]!,
      interval_count: 1 + random(3),
    }
    given.tax = Math.floor(given.amount / 6)
    const states: State[] = []
    let at = Date.UTC(2025, random(4), 1 + random(28), random(24))
    for (let steps = 1 + random(4); steps > 0; steps--) {
      const since = new Date(at)
      const status = (['trialing', 'active', 'active', 'past_due', 'paused'] as const)[random(5)]!
      states.push({ since, status, ...(status === 'past_due' && { past_due_since: since }) })
      at += (1 + random(60)) * 86_400_000 + random(86_400_000)
    }
    if (random(2)) states.push({ since: new Date(at), status: 'canceled' })
    all.push({ given, states })
    await subscribe(given, states, of)
  }
  const monthly = ({ amount, tax, interval, interval_count }: (typeof all)[number]['given']) => {
    const perYear = { week: 52, month: 12, year: 1 }[interval]
    return Math.floor(((amount - tax) * perYear) / (12 * interval_count) + 0.5)
  }
  const mrrAt = ({ given, states }: (typeof all)[number], moment: number) => {
    const state = states.findLast(({ since }) => since.getTime() < moment)
    if (!state || given.amount <= given.tax) return null
    const isHeld = state.status === 'past_due' && state.past_due_since!.getTime() + GRACE_MS >= moment
    return state.status === 'active' || isHeld ? monthly(given) : null
  }
  const { rows } = await report(
    'subscriptions',
    'filter[start_date]=2025-02-01&filter[end_date]=2025-08-31',
    client,
  )
  const sum = (values: (number | null)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0)
  for (let month = 1; month < 8; month++) {
    const [begins, ends] = [Date.UTC(2025, month, 1), Date.UTC(2025, month + 1, 1)]
    const both = all.map((one) => [mrrAt(one, begins), mrrAt(one, ends)] as const)
    const count = (is: (pair: (typeof both)[number]) => boolean) => both.filter(is).length
    const name = `2025-${String(month + 1).padStart(2, '0')}`
    expect(rows.find((row: { month: string }) => row.month === name)).toMatchObject({
      active_at_start: count(([start]) => start !== null),
      started: count(([start, end]) => start === null && end !== null),
      churned: count(([start, end]) => start !== null && end === null),
      active_at_end: count(([, end]) => end !== null),
      mrr_at_start: sum(both.map(([start]) => start)),
      started_mrr: sum(both.map(([start, end]) => (start === null ? end : null))),
      churned_mrr: sum(both.map(([start, end]) => (end === null ? start : null))),
      mrr_at_end: sum(both.map(([, end]) => end)),
    })
  }
})

test('what happens exactly at the edge of a month or a day belongs to the one that begins', async () => {
  const account = await makeAccount(h.app)
  const client = h.clientWith(account.token)
  // A day of 25 hours ends October there, and one of 23 hours March.
  await client.patch(`/v1/sites/${account.siteId}`, {
    data: { type: 'sites', id: account.siteId, attributes: { time_zone: 'Europe/Berlin' } },
  })
  const contact = await makeContact(h.app, account.siteId)
  const granted = await makeOffer(h.app, account.siteId)
  const { body } = await client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody([granted]))
  const of = { siteId: account.siteId, customerId: body.meta.customer_id as string, offer: granted }
  const MARCH = Date.parse('2025-02-28T23:00:00Z')
  const APRIL = Date.parse('2025-03-31T22:00:00Z')
  const GRACE = 21 * 86_400_000
  const at = (time: number) => new Date(time)
  const active = (time: number): State => ({ since: at(time), status: 'active' })
  const ended = (time: number): State => ({ since: at(time), status: 'canceled' })
  const failing = (since: number): State => ({
    since: at(since),
    status: 'past_due',
    past_due_since: at(since),
  })
  const edges = [MARCH, APRIL].flatMap((edge) => [edge - 1, edge, edge + 1])
  const lives: State[][] = [
    ...edges.map((edge) => [active(edge)]),
    ...edges.map((edge) => [active(MARCH - 5e9), ended(edge)]),
    // The days of grace end at the edge.
    ...edges.map((edge) => [active(MARCH - 5e9), failing(edge - GRACE)]),
    // It begins and ends within the month, and for an instant.
    [active(MARCH), ended(APRIL)],
    [active(MARCH + 1), ended(APRIL - 1)],
    [active(MARCH - 5e9), failing(MARCH), active(APRIL)],
  ]
  const sales = []
  for (const states of lives) sales.push(await subscribe({ amount: 1000 }, states, of))
  /** Whether a life is active in the last millisecond before a moment. */
  const isActive = (states: State[], moment: number) => {
    const state = states.findLast(({ since }) => since.getTime() <= moment - 1)
    if (state?.status === 'past_due') return state.past_due_since!.getTime() + GRACE > moment - 1
    return state?.status === 'active'
  }
  const counted = (moment: number) => lives.filter((states) => isActive(states, moment)).length
  const moved = (from: number, to: number, isStart: boolean) =>
    lives.filter((states) => isActive(states, from) !== isStart && isActive(states, to) === isStart).length
  const { rows } = await report(
    'subscriptions',
    'filter[start_date]=2025-02-01&filter[end_date]=2025-04-30',
    client,
  )
  const FEBRUARY = Date.parse('2025-01-31T23:00:00Z')
  const MAY = Date.parse('2025-04-30T22:00:00Z')
  const months = [FEBRUARY, MARCH, APRIL, MAY]
  expect(rows).toMatchObject(
    ['2025-02', '2025-03', '2025-04'].map((month, index) => {
      const [from, to] = [months[index]!, months[index + 1]!]
      return {
        month,
        active_at_start: counted(from),
        started: moved(from, to, true),
        churned: moved(from, to, false),
        active_at_end: counted(to),
        mrr_at_start: counted(from) * 1000,
        mrr_at_end: counted(to) * 1000,
      }
    }),
  )
  expect(rows[1]).toMatchObject({ active_at_start: 12, active_at_end: 9 })

  const DAYS: [number, string][] = [
    [Date.parse('2025-10-25T22:00:00Z'), '2025-10-26'],
    [Date.parse('2025-10-26T23:00:00Z'), '2025-10-27'],
    [Date.parse('2025-03-29T23:00:00Z'), '2025-03-30'],
    [Date.parse('2025-03-30T22:00:00Z'), '2025-03-31'],
  ]
  for (const [edge] of DAYS) {
    await move(sales[0]!, 'charge', 1, at(edge - 1), {}, of)
    await move(sales[0]!, 'charge', 10, at(edge), {}, of)
  }
  for (const [index, expected] of [
    [
      ['2025-10-25', 1],
      ['2025-10-26', 11],
      ['2025-10-27', 10],
    ],
    [
      ['2025-03-29', 1],
      ['2025-03-30', 11],
      ['2025-03-31', 10],
    ],
  ].entries()) {
    const [first, last] = index === 0 ? ['2025-10-25', '2025-10-27'] : ['2025-03-29', '2025-03-31']
    const revenue = await report('revenue', `filter[start_date]=${first}&filter[end_date]=${last}`, client)
    expect(revenue.rows.map(({ day, net }: { day: string; net: number }) => [day, net])).toEqual(expected)
    const [, middle] = expected as [string, number][]
    const one = await report(
      'revenue',
      `filter[start_date]=${middle![0]}&filter[end_date]=${middle![0]}`,
      client,
    )
    expect(one.totals[0].net).toBe(11)
  }
})

test('the current month ends now, with what began in this moment', async () => {
  const { client, of } = await otherSite()
  const now = h.app.clock.now()
  await subscribe({ amount: 1000 }, [{ since: now, status: 'active' }], of)
  const { rows } = await report('subscriptions', '', client)
  expect(rows).toMatchObject([{ started: 1, active_at_start: 0, active_at_end: 1, mrr_at_end: 1000 }])
})

test('a report is that of one site, with its permission, of a limited time', async () => {
  const { token } = await makeKey(h.app, h.account, ['view:contacts'])
  for (const name of ['revenue', 'subscriptions']) {
    const path = `/v1/reports/${name}`
    expect((await h.clientWith(token).get(path)).status).toBe(403)
    expect((await h.client.get(`${path}?filter[site_id]=999999`)).status).toBe(404)
    for (const query of [
      'filter[start_date]=2025-02-30',
      'filter[start_date]=2025-03-02&filter[end_date]=2025-01-01',
      'filter[start_date]=2010-01-01',
    ])
      expect((await h.client.get(`${path}?${query}`)).body.errors[0]).toMatchObject({
        status: '400',
        source: { parameter: 'filter[start_date]' },
      })
  }
  const other = await makeSite(h.app, h.account)
  expect((await h.client.get('/v1/reports/revenue')).status).toBe(400)
  expect((await report('revenue', `filter[site_id]=${other}`)).rows).toEqual([])
})
