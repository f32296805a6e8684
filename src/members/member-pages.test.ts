import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { recordStatements } from '../testing/statements.ts'

let h: Harness
let subdomain: string
beforeAll(async () => {
  h = await startHarness({ mode: 'production' })
  const site = await h.app.db
    .updateTable('sites')
    .set({ custom_domain: 'studio.example.org' })
    .where('id', '=', h.account.siteId)
    .returning('subdomain')
    .executeTakeFirstOrThrow()
  subdomain = site.subdomain
})
afterAll(() => h.close())

const open = (url: string, host: string, headers: Record<string, string> = {}) =>
  h.server.inject({ url, headers: { host, ...headers } })

test('behind https every cookie is Secure, HttpOnly and SameSite=Lax', async () => {
  const { statusCode, cookies } = await open(`/s/${subdomain}/sign-in`, 'members.example.com')
  expect(statusCode).toBe(200)
  expect(cookies).toEqual([expect.objectContaining({ secure: true, httpOnly: true, sameSite: 'Lax' })])
})

test('a site is served on its own domain, and on no other host', async () => {
  const own = await open('/sign-in', 'studio.example.org')
  expect([own.statusCode, own.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  expect(own.body).toContain('action="/sign-in"')
  const other = await open('/sign-in', 'members.example.com')
  expect([other.statusCode, other.headers['content-type']]).toEqual([404, 'application/vnd.api+json'])
})

test.each(['/sign-in', '/request-link', '/account/name', `/gift/${'a'.repeat(43)}`])(
  'on a host without a site, a form gets the API error for an unknown path: %s',
  async (url) => {
    for (const payload of ['email=ada%40example.com', 'a&'.repeat(500), 'a'.repeat(70_000), '%ff=1']) {
      const headers = { host: 'members.example.com', 'content-type': 'application/x-www-form-urlencoded' }
      const answer = await h.server.inject({ method: 'POST', url, headers, payload })
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'application/vnd.api+json'])
      expect(answer.json().errors[0].code).toBe('unknown_path')
      expect(answer.cookies).toEqual([])
    }
  },
)

test('a request looks its site up once, also for a page about a problem', async () => {
  const statements = recordStatements(h.app.pool)
  for (const [host, url, status] of [
    ['studio.example.org', '/sign-in', 200],
    ['studio.example.org', '/nothing', 404],
    ['members.example.com', `/s/${subdomain}/nothing`, 404],
  ] as const) {
    statements.length = 0
    expect((await open(url, host)).statusCode).toBe(status)
    expect(statements.filter(({ text }) => text.includes('from "sites"'))).toHaveLength(1)
  }
  statements.length = 0
  const headers = { host: 'studio.example.org', 'content-type': 'application/x-www-form-urlencoded' }
  const foreign = await h.server.inject({ method: 'POST', url: '/sign-in', headers, payload: 'email=a' })
  expect(foreign.statusCode).toBe(403)
  expect(statements.filter(({ text }) => text.includes('from "sites"'))).toHaveLength(1)
})

test('the links in e-mails use the site’s own domain', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId)
  await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  await h.drain()
  const { text } = await h.app.db
    .selectFrom('emails')
    .select('text')
    .where('contact_id', '=', contactId)
    .executeTakeFirstOrThrow()
  expect(text).toContain('https://studio.example.org/welcome/')
})

test.each<Record<string, string>>([
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { origin: 'https://old-blog.example.org' },
])('a form from another origin is refused, whatever its token: %o', async (from) => {
  const host = 'studio.example.org'
  const page = await open('/sign-in', host)
  const token = /name="_csrf" value="([^"]+)"/.exec(page.body)![1]!
  const send = (headers: Record<string, string>) =>
    h.server.inject({
      method: 'POST',
      url: '/sign-in',
      headers: { host, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      cookies: { [page.cookies[0]!.name]: page.cookies[0]!.value },
      payload: new URLSearchParams({
        _csrf: token,
        email: 'ada@example.com',
        password: 'a guess',
      }).toString(),
    })
  expect((await send(from)).statusCode).toBe(403)
  expect((await send({ 'sec-fetch-site': 'same-origin', origin: `https://${host}` })).statusCode).toBe(422)
})
