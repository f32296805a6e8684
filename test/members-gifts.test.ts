/** A gift in a real browser: from the e-mail to the content. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOffer, makeProduct } from '../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../src/testing/harness.ts'
import { launchBrowser } from './browser.ts'
import {
  choosePassword,
  dressSite,
  grant,
  grantMore,
  heading,
  linkFor,
  makeMember,
  openPage,
  PASSWORD,
  type Person,
  pathOf,
  read,
  type Site,
  signIn,
} from './member-site.ts'

let h: Harness
let browser: Browser
let site: Site
beforeAll(async () => {
  ;[h, browser] = await Promise.all([startHarness(), launchBrowser()])
  site = await dressSite(h, h.account.siteId, 'Northlight Weaving', '#0f766e')
})
afterAll(async () => {
  await browser?.close()
  await h?.close()
})

const eventsOf = ({ contactId }: Person, type: string) =>
  h.app.db
    .selectFrom('events')
    .select('id')
    .where('contact_id', '=', contactId)
    .where('type', '=', type)
    .execute()

const giftOffer = async (title: string) =>
  makeOffer(h.app, site.id, { is_gift: true, productIds: [await makeProduct(h.app, site.id, title)] })

test('a gift shows the giver and the message, is opened by setting a password, and is redeemed once', async () => {
  const gift = { from_name: 'Uncle Bob', message: 'For the long evenings.\n\nYours, Bob' }
  const person = await grant(h, site.id, await giftOffer('A box of wool'), { gift })
  const address = site.url + (await linkFor(h, person, 'gift'))
  const page = await openPage(browser)
  await page.goto(address)
  expect(await heading(page)).toBe('A gift from Uncle Bob')
  expect(await read(page, 'blockquote')).toMatch(/For the long evenings\.\s+Yours, Bob/)
  expect(await read(page, '.offers')).toContain('A box of wool')
  expect(await eventsOf(person, 'gift_redeemed')).toHaveLength(0)

  await choosePassword(page, PASSWORD)
  expect(await read(page, '[role=status]')).toContain('Your gift is now in your library')
  expect(await read(page, '.shelf')).toContain('A box of wool')
  expect(await eventsOf(person, 'gift_redeemed')).toHaveLength(1)

  await page.goto(address)
  expect(await heading(page)).toBe('A box of wool')
  expect(await eventsOf(person, 'gift_redeemed')).toHaveLength(1)

  const elsewhere = await openPage(browser)
  await elsewhere.goto(address)
  expect(pathOf(elsewhere, site)).toBe('/sign-in')
  expect(await read(elsewhere, 'main')).toContain('The link of your gift does not sign you in any more.')
  await elsewhere.getByLabel('E-mail').fill(person.email)
  await elsewhere.getByLabel('Password').fill(PASSWORD)
  await elsewhere.getByRole('button', { name: 'Sign in', exact: true }).click()
  expect(await heading(elsewhere)).toBe('A box of wool')
  await Promise.all([page.context().close(), elsewhere.context().close()])
})

test('after signing out everywhere, the link of a gift leads to sign-in, and from there to the gift', async () => {
  const person = await makeMember(h, browser, site)
  await grantMore(h, person.contactId, await giftOffer('A box of linen'))
  const address = site.url + (await linkFor(h, person, 'gift'))
  const page = await openPage(browser)
  await signIn(page, site.url, person.email)
  await page.goto(`${site.url}/account`)
  await page.getByRole('button', { name: /everywhere/ }).click()
  await page.goto(address)
  expect(pathOf(page, site)).toBe('/sign-in')
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  expect(await heading(page)).toBe('A gift for you')
  await page.getByRole('button', { name: 'Open your gift' }).click()
  expect(await read(page, '[role=status]')).toContain('Your gift is now in your library')
  expect(await eventsOf(person, 'gift_redeemed')).toHaveLength(1)

  const other = await openPage(browser)
  const stranger = await makeMember(h, browser, site)
  await signIn(other, site.url, stranger.email)
  expect((await other.goto(address))!.status()).toBe(410)
  await Promise.all([page.context().close(), other.context().close()])
})

test('a member with a password opens a gift with one button', async () => {
  const person = await makeMember(h, browser, site)
  await grantMore(h, person.contactId, await giftOffer('A box of silk'))
  const page = await openPage(browser)
  await page.goto(site.url + (await linkFor(h, person, 'gift')))
  expect(await heading(page)).toBe('A gift for you')
  expect(await page.locator('#password').count()).toBe(0)
  await page.getByRole('button', { name: 'Open your gift' }).click()
  expect(await read(page, '.shelf')).toContain('A box of silk')
  await page.context().close()
})
