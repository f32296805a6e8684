/** One end of access, as the API, the e-mail, the members' page and the portal show it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MovableClock } from '../../src/platform/clock/clock.ts'
import { makeContact, makeOffer, makeProduct, offersBody, subdomainOf } from '../../src/testing/fixtures.ts'
import { choosePassword, openPage, PASSWORD, read } from '../member-site.ts'
import { openPortal, type Portal, signedIn } from './open-portal.ts'

let portal: Portal
beforeAll(async () => {
  portal = await openPortal({ settings: { TOKEN_TTL: String(365 * 86_400) } })
})
afterAll(() => portal?.close())

const moveClockTo = (time: string) => {
  const { app } = portal.h
  return (app.clock as MovableClock).advance(app.db, Date.parse(time) - app.clock.now().getTime())
}

test('at 23:30 in Los Angeles, access until today has half an hour left, and is shown with the day of there', async () => {
  const { h, browser, site } = portal
  const { siteId: id } = h.account
  const attributes = { time_zone: 'America/Los_Angeles' }
  await h.client.patch(`/v1/sites/${id}`, { data: { type: 'sites', id, attributes } })
  await moveClockTo('2027-06-16T06:30:00Z')

  const productIds = [await makeProduct(h.app, id, 'Weaving for winter')]
  const contactId = await makeContact(h.app, id, { name: 'Ada Lovelace' })
  const offerId = await makeOffer(h.app, id, { title: 'Winter term', productIds })
  const path = `/v1/contacts/${contactId}/relationships/offers`
  const { body } = await h.client.post(path, offersBody([offerId], { expires_at: '2027-06-15' }))
  expect(body.meta.offers[0].expires_at).toBe('2027-06-16T07:00:00.000Z')

  await h.drain()
  const [email] = (await h.client.get('/v1/emails')).body.data
  const { text } = (await h.client.get(`/v1/emails/${email.id}?fields[emails]=text`)).body.data.attributes
  expect(text).toContain('Access until 15 June 2027\n')

  const member = await openPage(browser, { timezoneId: 'Asia/Tokyo' })
  await member.goto(h.url + /\/s\/\S+\/welcome\/\S+/.exec(text)![0])
  expect(await read(member, '.offers')).toContain('Access until 15 June 2027')
  await choosePassword(member, PASSWORD)
  expect(await read(member, '.shelf .meta')).toMatch(/^Access since 15 June 2027\s+Until 15 June 2027\n/)
  const until = member.locator('.shelf .meta time').nth(1)
  expect(await until.getAttribute('datetime')).toBe('2027-06-16T07:00:00.000Z')
  expect(await until.getAttribute('title')).toMatch(/^Tuesday,? 15 June 2027 at 23:59:59/)

  const page = await signedIn(portal, { timezoneId: 'Asia/Tokyo', locale: 'en-US' })
  await page.clock.setFixedTime('2027-06-16T06:45:00Z')
  await page.goto(`${site}/contacts/${contactId}`)
  const end = page.locator('.access-state time')
  await end.waitFor()
  expect(await end.textContent()).toBe('Jun 15, 2027')
  await end.focus()
  const exact = page.getByRole('tooltip').filter({ hasText: /^Tuesday, June 15, 2027 at 11:59:59/ })
  await exact.waitFor()
  expect(page.problems).toEqual([])

  await moveClockTo('2027-06-16T07:00:00Z')
  await member.goto(`${h.url}/s/${await subdomainOf(h.app, id)}/`)
  expect(await read(member, '.ended')).toContain('Your access ended on 15 June 2027.')
}, 60_000)
