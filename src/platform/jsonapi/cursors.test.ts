import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documentOf } from '../../testing/contract.ts'
import { makeAccount, makeContact, makeOffer, makeProduct } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { wholePaths } from '../../testing/openapi.ts'

const PEOPLE = 23

let h: Harness
beforeAll(async () => {
  h = await startHarness()
  for (let n = 1; n <= PEOPLE; n++)
    await makeContact(h.app, h.account.siteId, { name: `Person ${n % 4}`, email: `p${n}@example.com` })
  // Some at the same time, and with microseconds, which are not shown.
  await h.app.pool.query(
    `update contacts set updated_at = '2026-01-31T09:30:00.123456Z'::timestamptz + (id % 5) * interval '1 microsecond'`,
  )
  for (const description of ['b', null, 'a', null, 'c', 'a']) {
    const id = await makeProduct(h.app, h.account.siteId, 'Product')
    await h.app.pool.query('update products set description = $1 where id = $2', [description, id])
  }
  for (let n = 0; n < 7; n++) await makeOffer(h.app, h.account.siteId, { title: `Offer ${n % 2}` })
})
afterAll(() => h.close())

interface Body {
  data: { id: string; attributes: Record<string, unknown> }[]
  links: Record<string, string>
  meta: { cursors: { before: string; after: string } }
}

const get = async (path: string): Promise<Body> => {
  const { status, body } = await h.client.get(path.replace(h.url, ''))
  expect([status, body.errors]).toEqual([200, undefined])
  return body
}

const idsOf = ({ data }: Body) => data.map(({ id }) => id)

/** Follows a link from page to page. @param rel `next` or `prev` */
async function follow(path: string, rel: 'next' | 'prev', between = async () => {}): Promise<Body[]> {
  const pages: Body[] = []
  for (let link: string | undefined = path; link; link = pages.at(-1)!.links[rel]) {
    if (pages.length > 0) await between()
    pages.push(await get(link))
  }
  return pages
}

const cursorOf = (values: unknown) => Buffer.from(JSON.stringify(values)).toString('base64url')

test('pages after an empty cursor begin at the start of the list, and link to the next one', async () => {
  const page = await get('/v1/contacts?page[after]=&page[size]=5&sort=id&fields[contacts]=email')
  expect(page.data.map(({ attributes }) => attributes.email)).toEqual(
    [1, 2, 3, 4, 5].map((n) => `p${n}@example.com`),
  )
  expect(Object.keys(page.links)).toEqual(['self', 'current', 'first', 'next', 'last'])
  expect(Object.keys(page.meta)).toEqual(['cursors'])
  const next = new URL(page.links.next!)
  expect(Object.fromEntries(next.searchParams)).toEqual({
    'page[after]': page.meta.cursors.after,
    'page[size]': '5',
    sort: 'id',
    'fields[contacts]': 'email',
  })
  expect(await get(page.links.first!)).toEqual(page)
})

describe('every list, in each of its orders, has the same rows by cursor as by page number, forwards and backwards', () => {
  test.each([
    [
      'contacts',
      ['name', '-name', 'email', '-updated_at', 'name,-created_at', '-name,updated_at', 'name,-id'],
    ],
    ['customers', ['last_request_at', '-last_request_at', 'net_revenue', '-name,last_request_at']],
    ['products', ['description', '-description', '-description,title', 'title,-description', 'status']],
    ['offers', ['title', '-title,price_in_cents', 'price_in_cents']],
  ])('%s', async (type, sorts) => {
    if (type === 'customers') {
      await h.app.pool.query(
        `insert into customers (site_id, id, contact_id, name, email, created_at, updated_at, last_request_at, net_revenue)
         select site_id, id, id, name, email, created_at, updated_at,
                case when id % 3 > 0 then now() - (id % 2) * interval '1 day' end, (id % 3) + 0.1
           from contacts where site_id = $1`,
        [h.account.siteId],
      )
    }
    for (const sort of ['', ...sorts, 'id', '-id', 'created_at', '-created_at']) {
      const path = `/v1/${type}?page[size]=8${sort && `&sort=${sort}`}`
      const numbered = (await follow(path, 'next')).map(idsOf)
      expect(numbered.flat().length).toBeGreaterThan(5)
      const forwards = (await follow(`${path}&page[after]=`, 'next')).map(idsOf)
      expect([sort, forwards]).toEqual([sort, numbered])
      const backwards = (await follow(`${path}&page[before]=`, 'prev')).map(idsOf)
      expect([sort, backwards.toReversed().flat()]).toEqual([sort, numbered.flat()])
    }
  })
})

test('every list has id and created_at sorts and filters, and pages by cursor', async () => {
  const paths = await wholePaths(documentOf(h.server, h.app.config))
  const lists = Object.entries(paths).flatMap(([path, { get }]) =>
    get?.parameters?.some(({ name }) => name === 'page[number]')
      ? [{ path, parameters: get.parameters }]
      : [],
  )
  expect(lists.length).toBeGreaterThan(10)
  for (const { path, parameters } of lists) {
    // The rows of a job are as old as the job.
    const comparable = path.endsWith('/rows') ? ['id'] : ['id', 'created_at']
    const names = parameters.map(({ name }) => name)
    expect([path, names]).toEqual([
      path,
      expect.arrayContaining([
        'page[after]',
        'page[before]',
        ...comparable.flatMap((name) =>
          ['gt', 'gteq', 'lt', 'lteq'].map((operator) => `filter[${name}_${operator}]`),
        ),
      ]),
    ])
    if (path.includes('{')) continue
    for (const sort of ['id', '-id', 'created_at', '-created_at'])
      await get(`${path}?page[after]=&sort=${sort}`)
  }
})

test('a page before the first and one after the last are empty, and link back', async () => {
  const first = await get('/v1/contacts?page[after]=&page[size]=5')
  const before = await get(`/v1/contacts?page[before]=${first.meta.cursors.before}&page[size]=5`)
  expect([before.data, before.links.prev]).toEqual([[], undefined])
  expect(await get(before.links.next!)).toEqual(first)
  const last = await get('/v1/contacts?page[before]=&page[size]=5')
  const after = await get(`/v1/contacts?page[after]=${last.meta.cursors.after}&page[size]=5`)
  expect([after.data, after.links.next, after.meta.cursors.after]).toEqual([
    [],
    undefined,
    last.meta.cursors.after,
  ])
  expect(await get(after.links.prev!)).toEqual(last)
})

test('cursors work like page numbers with filters, an exact e-mail match first, includes and several sites', async () => {
  await makeContact(h.app, h.account.siteId, { name: 'Exact', email: 'x@example.com' })
  await makeContact(h.app, h.account.siteId, { name: 'Other', email: 'xx@example.com' })
  await makeContact(h.app, h.account.siteId, { name: 'Another', email: 'xxx@example.com' })
  const path = '/v1/contacts?filter[search]=x@example.com&page[size]=1&include=site'
  const numbered = await follow(path, 'next')
  const pages = await follow(`${path}&page[after]=`, 'next')
  expect(pages.map(({ data }) => data[0]!.attributes.name)).toEqual(['Exact', 'Another', 'Other'])
  expect(pages.map(({ data }) => data)).toEqual(numbered.map(({ data }) => data))
  expect(pages.every((page) => 'included' in page)).toBe(true)
})

test('paging while rows are added, changed and removed returns each remaining row once', async () => {
  for (const sort of ['id', '-id', 'created_at', '-created_at']) {
    const stays = idsOf(await get(`/v1/contacts?page[size]=500&sort=${sort}`))
    const doomed: string[] = []
    for (let n = 0; n < 6; n++) {
      doomed.push(await makeContact(h.app, h.account.siteId, { name: 'Doomed' }))
    }
    let page = 0
    const pages = await follow(`/v1/contacts?page[after]=&page[size]=4&sort=${sort}`, 'next', async () => {
      const gone = doomed.pop()
      if (gone) await h.client.delete(`/v1/contacts/${gone}`)
      if (page++ < 3) await makeContact(h.app, h.account.siteId, { name: 'Added' })
      const changed = { type: 'contacts', id: stays[0]!, attributes: { name: `Changed ${sort} ${page}` } }
      expect((await h.client.patch(`/v1/contacts/${stays[0]}`, { data: changed })).status).toBe(200)
    })
    const seen = pages.flatMap(idsOf)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((id) => stays.includes(id))).toEqual(stays)
  }
})

test('a cursor whose row was deleted still works', async () => {
  const id = await makeContact(h.app, h.account.siteId)
  const page = await get('/v1/contacts?page[after]=&page[size]=1&sort=-id')
  expect(idsOf(page)).toEqual([id])
  await h.client.delete(`/v1/contacts/${id}`)
  const rest = await get(page.links.next!)
  expect(idsOf(rest)).toEqual(idsOf(await get('/v1/contacts?page[size]=1&sort=-id')))
})

describe('an invalid cursor is refused, and the error says what to do', () => {
  const cases: [string, string, string][] = [
    ['no cursor', 'page[after]=hello', 'page[after]'],
    ['not base64url', 'page[before]=%2F%2F%2B', 'page[before]'],
    ['JSON of another kind', `page[after]=${cursorOf({ id: 1 })}`, 'page[after]'],
    ['an array too short', `page[after]=${cursorOf(['contacts', '-created_at', '1'])}`, 'page[after]'],
    ['no time', `page[after]=${cursorOf(['contacts', '-created_at', 'soon', '1'])}`, 'page[after]'],
    [
      'null for a column that cannot be null',
      `page[after]=${cursorOf(['contacts', '-created_at', null, '1'])}`,
      'page[after]',
    ],
    ['a zero byte', `sort=name&page[after]=${cursorOf(['contacts', 'name', 'a\0', '1'])}`, 'page[after]'],
    ['SQL for an id', `sort=id&page[after]=${cursorOf(['contacts', 'id', '1 or true'])}`, 'page[after]'],
    ['a number for an id', `sort=id&page[after]=${cursorOf(['contacts', 'id', 1])}`, 'page[after]'],
    ['another list', `page[after]=${cursorOf(['offers', '-created_at', '2026-01-01', '1'])}`, 'page[after]'],
    ['another sort', `sort=name&page[after]=${cursorOf(['contacts', 'email', 'a', '1'])}`, 'page[after]'],
    ['longer than any', `page[after]=${'a'.repeat(8_001)}`, 'page[after]'],
    ['both directions', 'page[after]=&page[before]=', 'page[before]'],
    ['a number as well', 'page[after]=&page[number]=2', 'page[number]'],
  ]
  test.each(cases)('%s', async (_, parameters, parameter) => {
    const { status, body } = await h.client.get(`/v1/contacts?${parameters}`)
    expect({ status, source: body.errors[0].source }).toEqual({ status: 400, source: { parameter } })
    expect(body.errors[0].detail).toMatch(/leave page\[\w+\] empty to start again|not both/)
  })
})

test('a cursor of another account, or an invented one, returns only the caller’s own rows', async () => {
  const other = await makeAccount(h.app)
  const theirs = await makeContact(h.app, other.siteId)
  const client = h.clientWith(other.token)
  const page = await get('/v1/contacts?page[after]=&page[size]=3&sort=id')
  const cursors = [page.meta.cursors.after, cursorOf(['contacts', 'id', '1']), '']
  for (const direction of ['after', 'before'])
    for (const cursor of cursors) {
      const { status, body } = await client.get(`/v1/contacts?sort=id&page[${direction}]=${cursor}`)
      expect(status).toBe(200)
      expect([[], [theirs]]).toContainEqual(idsOf(body))
    }
  const everything = (await follow('/v1/contacts?page[after]=&page[size]=500', 'next')).flatMap(idsOf)
  expect(everything).not.toContain(theirs)
})

test('with EXTENSIONS=off there are no cursors', async () => {
  const plain = await startHarness({ settings: { EXTENSIONS: 'off' } })
  await makeContact(plain.app, plain.account.siteId)
  const { body, headers } = await plain.client.get('/v1/contacts?page[after]=')
  expect(headers.get('warning')).toContain('page[after]')
  expect(body.meta).toEqual({ total_pages: 1, total_count: 1, total: 1, current_page: 1 })
  await plain.close()
})
