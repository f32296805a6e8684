/** Requests for pages with a zero byte, which PostgreSQL refuses in every text. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { inTransaction } from '../platform/db/database.ts'
import { makeContact, makeOffer, offersBody, subdomainOf } from '../testing/fixtures.ts'
import { makeForm } from '../testing/forms.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { newVisitor, type Shown } from '../testing/visitor.ts'
import { everyPage } from './member-pages.ts'
import type { Page } from './page.ts'
import { startSession } from './sessions.ts'

let h: Harness
let subdomain: string
let session: string
let formId: string
let offerPath: string
beforeAll(async () => {
  h = await startHarness()
  const { siteId } = h.account
  subdomain = await subdomainOf(h.app, siteId)
  formId = await makeForm(h.app, siteId)
  const offerId = await makeOffer(h.app, siteId)
  const offer = await h.client.get(`/v1/offers/${offerId}`)
  offerPath = new URL(offer.body.data.attributes.checkout_url).pathname
  const contactId = await makeContact(h.app, siteId)
  const { body } = await h.client.post(
    `/v1/contacts/${contactId}/relationships/offers`,
    offersBody([offerId]),
  )
  const now = h.app.clock.now()
  session = await inTransaction(h.app.db, (tx) =>
    startSession(tx, { siteId, customerId: body.meta.customer_id, previous: null, language: 'en', now }),
  )
})
afterAll(() => h.close())

beforeEach(async () => void (await h.app.db.deleteFrom('attempts').execute()))

/** What somebody who is signed in is shown, or who is not. */
async function ask(method: Page['method'], path: string, isSignedIn: boolean): Promise<Shown> {
  const browser = newVisitor(h.url)
  await browser.open(`/s/${subdomain}/sign-in`)
  if (isSignedIn) browser.cookies.set('bestow_member', session)
  return method === 'POST' ? browser.send(path) : browser.open(path)
}

const withParameters = everyPage.filter(({ path, method }) => path.includes(':') && method !== 'OPTIONS')

test.each(withParameters)('$method $path: a zero byte is as any unknown value', async ({ method, path }) => {
  const at = (value: string) => `/s/${subdomain}${path.replace(/:\w+/g, value)}`
  for (const isSignedIn of [false, true]) {
    const { status } = await ask(method, at('a%00'), isSignedIn)
    const unknown = await ask(method, at('a-b'), isSignedIn)
    expect(status).toBe(unknown.status)
    expect(status).toBeLessThan(500)
  }
})

test.each(everyPage.filter(({ method }) => method === 'GET'))(
  'GET $path: a zero byte in the name of the site is as an unknown site, and one in the query changes nothing',
  async ({ path }) => {
    const at = path.replace(/:\w+/g, 'a')
    for (const name of ['north%00light', 'north%E2%82%AClight']) {
      const { status, text } = await ask('GET', `/s/${name}${at}`, true)
      const unknown = await ask('GET', `/s/northlight-of-nobody${at}`, true)
      expect([status, text]).toEqual([404, unknown.text])
    }
    const query = ['page', 'next', 'notice', 'coupon', 'utm_source', 'purpose', 'email'].map(
      (name) => `${name}=%00`,
    )
    expect((await ask('GET', `/s/${subdomain}${at}?${query.join('&')}`, true)).status).toBeLessThan(500)
  },
)

test('a zero byte in the query of an offer is a coupon that there is none of', async () => {
  const { status, text } = await ask('GET', `${offerPath}?coupon=%00a&utm_source=%00`, false)
  expect(status).toBeLessThan(500)
  expect(text).not.toContain('\0')
})

test.each(everyPage.filter(({ method }) => method === 'POST'))(
  'POST $path: a form with a zero byte, or of no UTF-8, is not read',
  async ({ path }) => {
    const url = `${h.url}/s/${subdomain}${path.replace(':form', formId).replace(/:\w+/g, 'a')}`
    for (const value of ['%00', '%ff', '%ed%a0%80']) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: `bestow_member=${session}` },
        body: `name=a&email=${value}`,
      })
      expect([value, response.status]).toEqual([value, 400])
    }
  },
)

test('without a site in the address, a form with a zero byte in its id is as any unknown form', async () => {
  for (const method of ['GET', 'POST', 'OPTIONS']) {
    const answer = (id: string) => fetch(`${h.url}/forms/${id}/form_submissions`, { method })
    expect((await answer('a%00')).status).toBe((await answer('a-b')).status)
  }
})

test.each([
  ['GET', '/bestow-files/a%00', 404],
  ['GET', '/docs/a%00', 404],
  ['GET', '/docs/a%00.md', 404],
  ['GET', '/docs/search?q=%00', 200],
  ['GET', '/admin/a%00.js', 404],
  ['GET', '/assets/a%00', 404],
  ['GET', '/a%00', 404],
  ['POST', '/webhooks/stripe/a%00', 404],
  ['POST', '/webhooks/offers/a%00/1/activate', 404],
  ['POST', '/webhooks/offers/a/1%00/deactivate', 404],
])('%s %s: %i', async (method, path, status) => {
  expect((await fetch(h.url + path, { method })).status).toBe(status)
})

test('the query of an activation URL with a zero byte is refused in the format of that URL', async () => {
  const { status, body } = await h.clientWith(null).post('/webhooks/offers/a/1/activate?name=%00', {})
  expect([status, body]).toEqual([
    400,
    { error: 'invalid_request', error_description: expect.stringContaining('name contains a zero byte') },
  ])
})

test('a cookie with a zero byte signs nobody in', async () => {
  const headers = { cookie: 'bestow_member=%00; bestow_checkout=%00' }
  expect((await fetch(`${h.url}/s/${subdomain}/`, { headers, redirect: 'manual' })).status).toBe(303)
})
