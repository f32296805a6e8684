/** Links in e-mails in a real browser: forgotten passwords, and used, old and stolen links. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MovableClock } from '../src/platform/clock/clock.ts'
import { makeOffer } from '../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../src/testing/harness.ts'
import { launchBrowser } from './browser.ts'
import {
  askFor,
  choosePassword,
  DAY_MS,
  dressSite,
  grant,
  heading,
  linkFor,
  makeMember,
  openPage,
  PASSWORD,
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

const isSignedIn = async (page: Page): Promise<boolean> => {
  await page.goto(`${site.url}/account`)
  return pathOf(page, site) === '/account'
}

test('a stolen link that was used signs no one in', async () => {
  const person = await grant(h, site.id, await makeOffer(h.app, site.id))
  const address = site.url + (await linkFor(h, person, 'welcome'))
  // The thief has already opened the page when the owner uses the link.
  const thief = await openPage(browser)
  await thief.goto(address)
  const owner = await openPage(browser)
  await owner.goto(address)
  await choosePassword(owner, PASSWORD)

  await choosePassword(thief, 'the password of a thief')
  expect(await heading(thief)).toBe('This link has expired or has already been used')
  await thief.goto(address)
  expect(await heading(thief)).toBe('This link has expired or has already been used')
  expect(await isSignedIn(thief)).toBe(false)
  const cookies = (await thief.context().cookies()).map(({ name }) => name)
  expect(cookies).toEqual(['bestow_form'])
  await signIn(thief, site.url, person.email, 'the password of a thief')
  expect(await isSignedIn(thief)).toBe(false)
  expect(await isSignedIn(owner)).toBe(true)
  await Promise.all([thief.context().close(), owner.context().close()])
})

test('an invented link shows the same page as an expired one', async () => {
  const page = await openPage(browser)
  for (const path of ['welcome', 'password', 'sign-in', 'email-change']) {
    const answer = await page.goto(`${site.url}/${path}/${'A'.repeat(43)}`)
    expect(answer!.status()).toBe(410)
    expect(await heading(page)).toBe('This link has expired or has already been used')
  }
  // A gift's link that has ended leads to sign-in.
  await page.goto(`${site.url}/gift/${'A'.repeat(43)}`)
  expect(pathOf(page, site)).toBe('/sign-in')
  await page.context().close()
})

test('a forgotten password can be replaced by e-mail', async () => {
  const person = await makeMember(h, browser, site)
  const page = await openPage(browser)
  await page.goto(`${site.url}/sign-in`)
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await askFor(page, 'no address')
  expect(await read(page, '#email-error')).toContain('not a valid e-mail address')
  await askFor(page, person.email)
  expect(await heading(page)).toBe('Check your inbox')
  await page.goto(site.url + (await linkFor(h, person, 'password')))
  expect(await heading(page)).toBe('Choose a new password')
  await choosePassword(page, 'eight loud rivers')
  expect(await read(page, '[role=status]')).toContain('Your new password is saved')

  const other = await openPage(browser)
  await signIn(other, site.url, person.email, PASSWORD)
  expect(await read(other, '#errors')).toContain('is incorrect')
  await signIn(other, site.url, person.email, 'eight loud rivers')
  expect(await heading(other)).toBe('Your library')
  await Promise.all([page.context().close(), other.context().close()])
})

test('"Send me a link instead" with an empty form requests the address, without an error', async () => {
  const page = await openPage(browser)
  await page.goto(`${site.url}/sign-in`)
  await page.getByRole('button', { name: 'Send me a link instead' }).click()
  expect(await heading(page)).toBe('Sign in by e-mail')
  expect(await page.locator('[role=alert], [aria-invalid]').count()).toBe(0)
  await page.context().close()
})

test('a sign-in link is used by its button, not by opening it', async () => {
  const person = await makeMember(h, browser, site)
  const page = await openPage(browser)
  await page.goto(`${site.url}/sign-in`)
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByRole('button', { name: 'Send me a link instead' }).click()
  expect(await heading(page)).toBe('Check your inbox')
  const address = site.url + (await linkFor(h, person, 'sign_in'))
  for (let i = 0; i < 3; i++) await page.goto(address)
  expect(await isSignedIn(page)).toBe(false)
  await page.goto(address)
  expect(await read(page, 'main')).toContain(person.email)
  await page.locator('main button.main').click()
  expect(await heading(page)).toBe('Your library')
  const other = await openPage(browser)
  await other.goto(address)
  expect(await heading(other)).toBe('This link has expired or has already been used')
  await Promise.all([page.context().close(), other.context().close()])
})

test('a used link redirects its signed-in member to its original destination', async () => {
  const person = await grant(h, site.id, await makeOffer(h.app, site.id))
  const welcome = site.url + (await linkFor(h, person, 'welcome'))
  const page = await openPage(browser)
  await page.goto(welcome)
  await choosePassword(page, PASSWORD)
  expect((await page.goto(welcome))!.status()).toBe(200)
  expect(pathOf(page, site)).toBe('/')
  const stranger = await makeMember(h, browser, site)
  const other = await openPage(browser)
  await signIn(other, site.url, stranger.email)
  expect((await other.goto(welcome))!.status()).toBe(410)
  await Promise.all([page.context().close(), other.context().close()])
})

test('after ten attempts a member must wait, and the page says how long', async () => {
  const page = await openPage(browser)
  for (let i = 0; i < 10; i++) {
    await signIn(page, site.url, 'guessed@example.com', `guess ${i}`)
    expect(await read(page, '#errors')).toContain('is incorrect')
  }
  const answered = page.waitForResponse((response) => response.request().method() === 'POST')
  await signIn(page, site.url, 'guessed@example.com', 'guess')
  const answer = await answered
  expect(answer.status()).toBe(429)
  const seconds = Number(await answer.headerValue('retry-after'))
  expect(seconds).toBeGreaterThan(14 * 60)
  expect(seconds).toBeLessThanOrEqual(15 * 60)
  expect(await heading(page)).toBe('Too many attempts')
  expect(await read(page, 'main')).toMatch(/15 minutes/)
  await page.getByRole('link', { name: 'Send me a link' }).click()
  await askFor(page, 'guessed@example.com')
  expect(await heading(page)).toBe('Check your inbox')
  await page.context().close()
})
// Last: the token of the fixtures expires.
test('an expired link offers a new one, with the same response for known and unknown addresses', async () => {
  const person = await grant(h, site.id, await makeOffer(h.app, site.id))
  const address = site.url + (await linkFor(h, person, 'welcome'))
  await (h.app.clock as MovableClock).advance(h.app.db, 8 * DAY_MS)
  const page = await openPage(browser)
  const answer = await page.goto(address)
  expect(answer!.status()).toBe(410)
  expect(await heading(page)).toBe('This link has expired or has already been used')
  await askFor(page, 'stranger@example.com')
  const toStranger = (await page.content()).replaceAll('stranger@example.com', '')

  await page.goto(address)
  await askFor(page, person.email)
  const toMember = (await page.content()).replaceAll(person.email, '')
  expect(toMember).toBe(toStranger)

  await page.goto(site.url + (await linkFor(h, person, 'password')))
  await choosePassword(page, PASSWORD)
  expect(await heading(page)).toBe('Your library')
  await page.context().close()
})
