import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCustomValues } from '../people/custom-fields/read-values.ts'
import { examine } from '../operations/doctor/examine.ts'
import { inTransaction } from '../platform/db/database.ts'
import type { Client } from '../testing/client.ts'
import { offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeDemo } from './demo.ts'

let h: Harness
let api: Client
beforeAll(async () => {
  h = await startHarness()
  const began = performance.now()
  const key = await inTransaction(h.app.db, (tx) => makeDemo(h.app, tx))
  expect(performance.now() - began).toBeLessThan(5_000)
  const answer = await fetch(`${h.url}/v1/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', ...key }),
  })
  api = h.clientWith(((await answer.json()) as { access_token: string }).access_token)
})
afterAll(() => h.close())

type Listed = { id: string; attributes: Record<string, string | null> }[]
const list = async (path: string): Promise<Listed> => (await api.get(path)).body.data

test('every product has lessons with text, and a course has as many lessons as its description states', async () => {
  const { rows } = await sql<{ description: string; lessons: number; empty: number }>`
    select p.description, count(*)::int as lessons, (count(*) filter (where l.body = ''))::int as empty
      from products p
      left join course_modules m on m.site_id = p.site_id and m.product_id = p.id
      left join course_lessons l on l.site_id = m.site_id and l.module_id = m.id
     group by p.id, p.description order by p.id`.execute(h.app.db)
  expect(rows).toHaveLength(4)
  for (const { lessons, empty } of rows) expect([lessons >= 3, empty]).toEqual([true, 0])
  expect(rows[0]).toMatchObject({ description: expect.stringContaining('twelve lessons'), lessons: 12 })
  expect(rows[1]).toMatchObject({ description: expect.stringContaining('six lessons'), lessons: 6 })
})

test('every picture exists, is served by this server, and the API returns its absolute URL', async () => {
  const addresses = [
    ...(await list('/v1/products')).map(({ attributes }) => attributes.thumbnail_url),
    ...(await list('/v1/offers')).map(({ attributes }) => attributes.image_url),
  ]
  const stored = await h.app.db.selectFrom('lesson_media').select(['kind', 'title', 'url']).execute()
  expect(stored.every(({ kind, title }) => kind !== 'image' || title)).toBe(true)
  const all = [...addresses, ...stored.map(({ url }) => h.url + url)]
  expect(all.length).toBeGreaterThan(20)
  for (const address of new Set(all)) {
    expect(address).toMatch(new RegExp(`^${h.url}/demo/[\\w-]+\\.svg$`))
    const answer = await fetch(address!)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    const svg = await answer.text()
    expect(svg.length).toBeLessThan(8_000)
    expect(svg).not.toMatch(/<script|href=|\son\w+=/)
  }
})

test('the podcast, the posts and the pages are at their URLs', async () => {
  const published = await Promise.all(
    ['podcasts', 'blog_posts', 'landing_pages', 'website_pages'].map((type) => list(`/v1/${type}`)),
  )
  expect(published.map((each) => each.length)).toEqual([1, 2, 1, 1])
  for (const { attributes } of published.flat()) {
    const answer = await fetch(attributes.url!)
    expect([attributes.url, answer.status]).toEqual([attributes.url, 200])
    expect(await answer.text()).toContain(`<h1>${attributes.title}</h1>`)
  }
})

test('there are three custom fields, and people have values that their types accept', async () => {
  const fields = await list('/v1/custom_fields')
  expect(fields.map(({ attributes }) => attributes.handle)).toEqual(['custom_1', 'custom_2', 'custom_3'])
  const { rows } = await sql<{ site_id: string; custom: Record<string, string> }>`
    select site_id, custom from contacts`.execute(h.app.db)
  const used = new Set<string>()
  for (const { site_id, custom } of rows) {
    expect(await readCustomValues(h.app.db, site_id, custom)).toEqual(custom)
    for (const handle of Object.keys(custom)) used.add(handle)
  }
  expect([...used].sort()).toEqual(['custom_1', 'custom_2', 'custom_3'])
})

test('the API distinguishes the gift and the 30-day offer from the other offers', async () => {
  const offers = await list('/v1/offers?sort=title')
  const described = offers.map(({ attributes: { title, internal_title, description } }) => ({
    title,
    internal_title,
    description,
  }))
  expect(described).toContainEqual({
    title: 'A Gift: Painting Light',
    internal_title: 'Gift (sends the gift e-mail)',
    description: expect.any(String),
  })
  expect(described).toContainEqual({
    title: '30 Days in the Circle',
    internal_title: 'Trial (access ends after 30 days)',
    description: expect.stringContaining('30 days'),
  })
  expect(new Set(described.map(({ internal_title }) => internal_title)).size).toBe(6)
})

test('the gift sends the gift e-mail, and the access of 30 days has an end', async () => {
  const offers = await list('/v1/offers')
  const [contact] = await list('/v1/contacts')
  const idOf = (title: string) => offers.find(({ attributes }) => attributes.title === title)!.id
  const ids = [idOf('A Gift: Painting Light'), idOf('30 Days in the Circle')]
  await api.post(`/v1/contacts/${contact!.id}/relationships/offers`, offersBody(ids))
  await h.drain()
  const kinds = await h.app.db
    .selectFrom('emails')
    .select('kind')
    .where('contact_id', '=', contact!.id)
    .execute()
  expect(kinds.map(({ kind }) => kind).sort()).toEqual(['gift', 'welcome'])
  const held = await h.app.db.selectFrom('offer_grants').select(['offer_id', 'expires_at']).execute()
  expect(held.find(({ offer_id }) => offer_id === ids[0])!.expires_at).toBeNull()
  expect(held.find(({ offer_id }) => offer_id === ids[1])!.expires_at).not.toBeNull()
})

test('it has sold in the last months: each report and list of sales has something, and nobody was notified of it', async () => {
  const attributesOf = async (path: string) => (await list(path)).map(({ attributes }) => attributes)
  const purchases = await attributesOf('/v1/purchases?sort=created_at')
  expect(purchases.map(({ payment_type, status }) => `${payment_type} ${status}`)).toEqual([
    'subscription active',
    'single paid',
    'multipay completed',
    'subscription past_due',
    'single paid',
    'single refunded',
    'subscription active',
    'multipay active',
    'single paid',
  ])
  const actions = (await attributesOf('/v1/transactions?page[size]=100')).map(({ action }) => action)
  expect(new Set(actions)).toEqual(new Set(['charge', 'subscribe', 'subscription_charge', 'refund']))
  expect(await attributesOf('/v1/transactions?filter[state]=failed')).toMatchObject([
    { failure: 'The card was declined.' },
  ])
  expect(await attributesOf('/v1/coupons')).toMatchObject([{ uses: 2, status: 'active' }])
  const { rows: months } = (await api.get('/v1/reports/subscriptions')).body.data.attributes
  expect(months.at(-1)).toMatchObject({ active_at_end: 3, mrr_at_end: 5700 })
  expect(months.length).toBeGreaterThan(4)
  expect((await api.get('/v1/reports/revenue')).body.data.attributes.rows.length).toBeGreaterThan(4)
  const orders = await attributesOf('/v1/orders?sort=order_number')
  const times = orders.map(({ created_at }) => created_at!)
  expect([times.length, times]).toEqual([9, times.toSorted()])

  await h.drain()
  const emails = await h.app.db.selectFrom('emails').select('to_email').execute()
  expect(emails.filter(({ to_email }) => /fischer|haddad|martin|berg/.test(to_email ?? ''))).toEqual([])
  expect(await list('/v1/contacts')).toHaveLength(10)
  expect((await examine(h.app)).filter(({ violations }) => violations !== 0)).toEqual([])
})
