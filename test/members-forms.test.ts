/** Attacks on forms, URLs and headers of the members' pages, with plain HTTP requests. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { doorPages } from '../src/members/public.pages.ts'
import { publishedPages } from '../src/members/published.pages.ts'
import { insidePages } from '../src/members/signed-in.pages.ts'
import { makeOffer, makeSite } from '../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../src/testing/harness.ts'
import { countRows } from '../src/testing/refusals.ts'
import { dressSite, grant, linkFor, makeCourse, PASSWORD, type Person, type Site } from './member-site.ts'

const pages = [...doorPages, ...publishedPages, ...insidePages]
const forms = pages.filter(({ method }) => method === 'POST').map(({ path }) => path)
const shown = pages.filter(({ method }) => method === 'GET').map(({ path }) => path)

let h: Harness
let site: Site
let person: Person
let course: string
let visitor: Visitor
beforeAll(async () => {
  h = await startHarness()
  site = await dressSite(h, h.account.siteId, 'Northlight Weaving', '#0f766e')
  course = await makeCourse(h, site.id, 'Weaving')
  person = await grant(h, site.id, await makeOffer(h.app, site.id, { productIds: [course] }))
  visitor = await visit(site)
  const welcome = await linkFor(h, person, 'welcome')
  const answer = await visitor.post(welcome, { password: PASSWORD })
  expect(answer.headers.get('location')).toMatch(/notice=welcome$/)
})
afterAll(() => h?.close())

interface Visitor {
  token: string
  get: (path: string) => Promise<Response>
  /** Sends a form with the visitor's token, or with another. */
  post: (path: string, form?: Record<string, string>) => Promise<Response>
}

/** A minimal browser: keeps cookies, and reads the token of forms. */
async function visit({ url }: Site): Promise<Visitor> {
  const cookies = new Map<string, string>()
  const send = async (path: string, init: RequestInit = {}) => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const answer = await fetch(url + path, { redirect: 'manual', ...init, headers: { cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      cookies.set(name!, value!)
    }
    return answer
  }
  const [, token] = /name="_csrf" value="([^"]+)"/.exec(await (await send('/sign-in')).text())!
  const post: Visitor['post'] = (path, form = {}) =>
    send(path, { method: 'POST', body: new URLSearchParams({ _csrf: token!, ...form }) })
  return { token: token!, get: (path) => send(path), post }
}

/** A valid path for the path of a route. */
const filled = (path: string) =>
  path
    .replace(':token', 'A'.repeat(43))
    .replace(':id', course)
    .replace(':lesson', '1')
    .replace(':slug', 'hello')

async function everything(): Promise<object> {
  const { db } = h.app
  const [counts, customers, sessions, links, attempts] = await Promise.all([
    countRows(h.app),
    db.selectFrom('customers').selectAll().execute(),
    db.selectFrom('member_sessions').select(['customer_id', 'created_at']).execute(),
    db.selectFrom('member_links').selectAll().execute(),
    db.selectFrom('attempts').selectAll().execute(),
  ])
  return { counts, customers, sessions, links, attempts }
}

test.each(forms)(
  'the form %s without its token, or with that of another visitor, changes nothing',
  async (path) => {
    const stranger = await visit(site)
    const form = {
      name: 'Eve',
      email: person.email,
      password: 'a password of hers',
      current_password: PASSWORD,
    }
    const before = await everything()
    for (const _csrf of ['', 'nonsense', stranger.token]) {
      const answer = await visitor.post(filled(path), { ...form, confirm_password: PASSWORD, _csrf })
      expect(answer.status).toBe(403)
      expect(await answer.text()).toContain('This form has expired')
    }
    expect(await everything()).toEqual(before)
  },
)

test.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/%5Cevil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/.//evil.example',
  '/../../evil',
  'javascript:alert(1)',
  '@evil.example',
  '/account\r\nset-cookie: a=b',
  '',
])('signing in does not redirect to %j', async (next) => {
  const { status, headers } = await (await visit(site)).post('/sign-in', {
    email: person.email,
    password: PASSWORD,
    next,
  })
  await h.app.db.deleteFrom('attempts').execute()
  expect(status).toBe(303)
  expect(headers.get('location')).toBe(`/s/${site.subdomain}/`)
  expect(
    await (await (await visit(site)).get(`/sign-in?next=${encodeURIComponent(next)}`)).text(),
  ).not.toContain('name="next"')
})

test('signing in redirects to the page that required it', async () => {
  const asked = await (await visit(site)).get(`/products/${course}?from=mail`)
  expect(asked.headers.get('location')).toBe(`/s/${site.subdomain}/sign-in?next=%2Fproducts%2F${course}`)
  const form = { email: person.email, password: PASSWORD, next: `/products/${course}` }
  const { headers } = await (await visit(site)).post('/sign-in', form)
  expect(headers.get('location')).toBe(`/s/${site.subdomain}/products/${course}`)
})

test.each(shown)('%s has headers that forbid foreign scripts, frames and caching', async (path) => {
  for (const who of [visitor, await visit(site)]) {
    const { headers, status } = await who.get(filled(path))
    expect(status).toBeLessThan(500)
    const policy = headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).not.toMatch(/unsafe|\*/)
    expect(policy).toMatch(/frame-ancestors 'none'.*base-uri 'none'/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('cache-control')).toBe('no-store')
  }
})

test('no page of a member is accessible with a session of another site', async () => {
  const other = await dressSite(h, await makeSite(h.app, h.account), 'Harbour Choir', '#7c2d12')
  const theirs = await makeCourse(h, other.id, 'Singing')
  const { id: lesson } = await h.app.db
    .selectFrom('course_lessons')
    .select('id')
    .where('site_id', '=', other.id)
    .limit(1)
    .executeTakeFirstOrThrow()
  const member = await visit(site)
  await member.post('/sign-in', { email: person.email, password: PASSWORD })
  for (const path of [
    `/products/${theirs}`,
    `/products/${theirs}/lessons/${lesson}`,
    `/products/${course}/lessons/${lesson}`,
  ]) {
    expect((await member.get(path)).status).toBe(404)
  }
  expect((await member.get(`/products/${course}`)).status).toBe(200)

  const link = await linkFor(h, await grant(h, other.id, await makeOffer(h.app, other.id)), 'welcome')
  expect((await member.get(link)).status).toBe(410)
  expect((await (await visit(other)).get(link)).status).toBe(200)
})

test.each([
  ['an unknown page', 'GET', '/nothing-here', undefined, 404],
  ['a form that is none', 'POST', '/sign-in', '{"email":', 400],
  ['a text that no database keeps', 'POST', '/sign-in', 'email=a%00b', 400],
])('%s shows a page of the site', async (_what, method, path, body, status) => {
  const answer = await fetch(site.url + path, { method, body: body ?? null })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(await answer.text()).toContain('Northlight Weaving')
})
