import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeContact } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
  for (let n = 1; n <= 7; n++) {
    await makeContact(h.app, h.account.siteId, { name: `Person ${n}`, email: `p${n}@example.com` })
  }
})
afterAll(() => h.close())

const emails = (body: { data: { attributes: { email: string } }[] }) =>
  body.data.map(({ attributes }) => attributes.email.split('@')[0])

test('the first page links to the next one, and has the total count', async () => {
  const { body } = await h.client.get('/v1/contacts?page[size]=3')
  expect(emails(body)).toEqual(['p7', 'p6', 'p5'])
  expect(body.meta).toEqual({ total_pages: 3, total_count: 7, total: 7, current_page: 1 })
  expect(Object.keys(body.links)).toEqual(['self', 'current', 'first', 'next', 'last'])
})

test('a client that follows next gets each row once and stops: the last page has no next', async () => {
  const seen: string[] = []
  let url: string | undefined = `${h.url}/v1/contacts?sort=name&page[size]=2`
  let pages = 0
  while (url) {
    expect(url.startsWith(`${h.url}/v1/contacts?`)).toBe(true)
    const { body } = await h.client.get(url.slice(h.url.length))
    seen.push(...(emails(body) as string[]))
    expect('next' in body.links).toBe(++pages < 4)
    url = body.links.next
  }
  expect(seen).toEqual(['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7'])
})

test('links keep every parameter, also those to previous pages', async () => {
  const parameters =
    'filter[search]=p&filter[subscribed]=false&sort=-name&include=site&fields[contacts]=email&page[number]=2&page[size]=3'
  const { body } = await h.client.get(`/v1/contacts?${parameters}`)
  for (const [name, number] of [
    ['self', '2'],
    ['current', '2'],
    ['first', '1'],
    ['prev', '1'],
    ['next', '3'],
    ['last', '3'],
  ]) {
    const link = new URL(body.links[name!])
    expect(link.origin).toBe(h.url)
    expect(Object.fromEntries(link.searchParams)).toEqual({
      ...Object.fromEntries(new URLSearchParams(parameters)),
      'page[number]': number,
    })
  }
  expect((await h.client.get(body.links.self.slice(h.url.length))).body).toEqual(body)
})

test('an empty list is one page', async () => {
  const { body } = await h.client.get('/v1/contacts?filter[email]=nobody@example.com')
  expect(body.data).toEqual([])
  expect(body.meta).toEqual({ total_pages: 1, total_count: 0, total: 0, current_page: 1 })
  expect(Object.keys(body.links)).not.toContain('next')
})

test('a page past the last one is empty, with a link back', async () => {
  const { body } = await h.client.get('/v1/contacts?page[number]=9&page[size]=5')
  expect(body.data).toEqual([])
  expect(body.links.next).toBe(undefined)
  expect(new URL(body.links.prev).searchParams.get('page[number]')).toBe('2')
})

test('without page[size] there are 25 to a page', async () => {
  const { body } = await h.client.get('/v1/contacts')
  expect(new URL(body.links.self).searchParams.get('page[size]')).toBe('25')
})

test('a page can have 500 rows', async () => {
  await h.app.pool.query(
    `insert into offers (site_id, title, token, created_at, updated_at)
     select $1, 'Offer', n, now(), now() from generate_series(1, 501) n`,
    [h.account.siteId],
  )
  const { body } = await h.client.get('/v1/offers?page[size]=500&fields[offers]=title')
  expect(body.data).toHaveLength(500)
  expect(body.links.next).toContain('page%5Bnumber%5D=2')
})

describe('an invalid page is refused, and the error names the parameter', () => {
  const sizes = ['0', '-1', '501', '1000000', 'abc', '1.5', '', ' 5', '1e2', '0x10', '99999999999999999999']
  const numbers = ['0', '-1', 'abc', '1.5', '', '99999999999999999999']
  test.each([
    ...sizes.map((value) => ['page[size]', value] as const),
    ...numbers.map((value) => ['page[number]', value] as const),
  ])('%s=%s', async (parameter, value) => {
    for (const list of ['contacts', 'customers', 'offers', 'products', 'sites', 'emails']) {
      const { status, body } = await h.client.get(`/v1/${list}?${parameter}=${encodeURIComponent(value)}`)
      expect({ status, source: body.errors[0].source }).toEqual({ status: 400, source: { parameter } })
    }
  })
})

test('a forwarded host is used only from a trusted proxy: clients send their token to links', async () => {
  const proxied = await startHarness({ settings: { TRUST_PROXY: '1' } })
  const forwarded = { 'x-forwarded-host': 'api.example.com', 'x-forwarded-proto': 'https' }
  expect((await h.client.get('/v1/contacts', forwarded)).body.links.self).toContain(`${h.url}/v1/contacts?`)
  const { body } = await proxied.client.get('/v1/contacts', forwarded)
  expect(body.links.self).toContain('https://api.example.com/v1/contacts?')
  await proxied.close()
})

test('links start with PUBLIC_URL when it is set, whatever the host of the request', async () => {
  const p = await startHarness({ settings: { PUBLIC_URL: 'https://members.example.com/' } })
  const id = await makeContact(p.app, p.account.siteId)
  const { body } = await p.client.get('/v1/contacts?page[size]=1')
  expect(body.links.self).toMatch(/^https:\/\/members\.example\.com\/v1\/contacts\?/)
  expect(body.data[0].links.self).toBe(`https://members.example.com/v1/contacts/${id}`)
  const created = await p.client.post('/v1/contacts', {
    data: { type: 'contacts', attributes: { email: 'new@example.com' } },
  })
  expect(created.headers.get('location')).toBe(
    `https://members.example.com/v1/contacts/${created.body.data.id}`,
  )
  await p.close()
})
