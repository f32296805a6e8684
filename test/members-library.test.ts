/** The library in a real browser, from the welcome e-mail to the end of access. */
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
  makeCourse,
  makeMember,
  openPage,
  PASSWORD,
  passDays,
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

/** Formats a date like the pages. */
const dayOf = (date: Date) =>
  new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(date)

test('a new customer sets a strong password with the welcome link, is signed in, and sees the library', async () => {
  const course = await makeCourse(h, site.id, 'Weaving for winter')
  const offer = await makeOffer(h.app, site.id, { title: 'Winter term', productIds: [course] })
  const person = await grant(h, site.id, offer, { name: 'Grace Hopper' })
  const page = await openPage(browser)
  await page.goto(site.url + (await linkFor(h, person, 'welcome')))
  expect(await heading(page)).toBe('Welcome to Northlight Weaving')
  expect(await read(page, 'main')).toMatch(/Hello Grace.*Winter term.*Weaving for winter/s)

  await choosePassword(page, 'short')
  expect(await read(page, '#password-error')).toContain('too short')
  await choosePassword(page, 'Password123')
  expect(await read(page, '#password-error')).toContain('most common')
  expect(await page.locator('#password').inputValue()).toBe('')
  await choosePassword(page, PASSWORD)
  expect(pathOf(page, site)).toBe('/')
  expect(await heading(page)).toBe('Your library')
  expect(await read(page, '[role=status]')).toContain('you are signed in')
  await page.context().close()
})

test('a typed password can be shown and hidden, and a copied one can be pasted', async () => {
  const person = await grant(h, site.id, await makeOffer(h.app, site.id))
  const page = await openPage(browser)
  await page.goto(site.url + (await linkFor(h, person, 'welcome')))
  // Copied from one field and pasted into the other with the keys, as from a password manager.
  await page.evaluate(`
    const field = document.createElement('textarea')
    document.body.append(field)
    field.value = '${PASSWORD}'
    field.select()`)
  await page.keyboard.press('Control+C')
  await page.locator('#password').focus()
  await page.keyboard.press('Control+V')
  expect(await page.locator('#password').inputValue()).toBe(PASSWORD)

  await page.getByRole('button', { name: 'Show password' }).click()
  expect(await page.locator('#password').getAttribute('type')).toBe('text')
  expect(await page.locator('#password').inputValue()).toBe(PASSWORD)
  expect(await read(page, '.strength')).toContain('strong')
  await page.getByRole('button', { name: 'Hide password' }).click()
  expect(await page.locator('#password').getAttribute('type')).toBe('password')
  await page.locator('main button.main').click()
  expect(await heading(page)).toBe('Your library')
  await page.context().close()
})

test('the strength of a new password is shown while it is typed, also when it is hidden', async () => {
  const person = await grant(h, site.id, await makeOffer(h.app, site.id))
  const page = await openPage(browser)
  await page.goto(site.url + (await linkFor(h, person, 'welcome')))
  for (const [password, strength] of [
    ['password123', 'weak'],
    ['nine grey geese', 'good'],
    [PASSWORD, 'strong'],
  ] as const) {
    await page.locator('#password').fill(password)
    await page.locator(`.strength.${strength}`).waitFor()
    expect(await read(page, '.strength')).toContain(strength)
  }
  expect(await page.locator('#password').getAttribute('type')).toBe('password')
  await page.context().close()
})

test('the error about a password disappears when another is typed', async () => {
  const person = await grant(h, site.id, await makeOffer(h.app, site.id))
  const page = await openPage(browser)
  await page.goto(site.url + (await linkFor(h, person, 'welcome')))
  await choosePassword(page, 'password123')
  expect(await read(page, '#password-error')).toContain('common')
  await page.locator('#password').fill(PASSWORD)
  await page.locator('.strength.strong').waitFor()
  expect(await page.locator('#password-error').count()).toBe(0)
  expect(await page.locator('#password').getAttribute('aria-invalid')).toBeNull()
  await page.context().close()
})

test('without script, a password can be set, and Show displays its strength', async () => {
  const person = await grant(h, site.id, await makeOffer(h.app, site.id))
  const page = await openPage(browser, { javaScriptEnabled: false })
  await page.goto(site.url + (await linkFor(h, person, 'welcome')))
  await page.locator('#password').fill('password123')
  await page.getByRole('button', { name: 'Show password' }).click()
  expect(await read(page, '.strength')).toContain('weak')
  await choosePassword(page, PASSWORD)
  expect(await heading(page)).toBe('Your library')
  await page.context().close()
})

test('a course can be read from the library: product, first lesson, next and previous', async () => {
  const course = await makeCourse(h, site.id, 'Weaving by hand')
  const offer = await makeOffer(h.app, site.id, {
    title: 'Spring term',
    productIds: [course],
    access_days: 30,
  })
  const person = await grant(h, site.id, offer)
  const page = await openPage(browser)
  await page.goto(site.url + (await linkFor(h, person, 'welcome')))
  await choosePassword(page, PASSWORD)
  const now = h.app.clock.now()
  const card = await read(page, '.product')
  expect(card).toContain('Weaving by hand')
  expect(card).toContain('Six weeks at the loom.')
  expect(card).toContain(`Access since ${dayOf(now)}`)
  expect(card).toContain(`Until ${dayOf(new Date(now.getTime() + 30 * 86_400_000))}`)
  expect(card).toContain('Included in Spring term')

  await page.getByRole('link', { name: 'Weaving by hand' }).click()
  expect(await heading(page)).toBe('Weaving by hand')
  expect(await page.locator('.modules a').allInnerTexts()).toEqual([
    'Choosing a yarn',
    'The first row',
    'Mending mistakes',
  ])
  await page.getByRole('link', { name: 'Start with the first lesson' }).click()
  expect(await heading(page)).toBe('Choosing a yarn')
  expect(await page.locator('.prose p').allInnerTexts()).toEqual([
    'All about it: Choosing a yarn.',
    'Take your time.',
  ])
  expect(await page.locator('.steps .previous').count()).toBe(0)
  await page.locator('.steps .next').click()
  await page.locator('.steps .next').click()
  expect(await heading(page)).toBe('Mending mistakes')
  expect(await read(page, '.eyebrow')).toContain('Lesson 3 of 3')
  await page.locator('.steps .previous').click()
  expect(await heading(page)).toBe('The first row')
  await page.context().close()
})

test('a member without products sees a friendly message', async () => {
  const person = await grant(h, site.id, await makeOffer(h.app, site.id))
  const page = await openPage(browser)
  await page.goto(site.url + (await linkFor(h, person, 'welcome')))
  await choosePassword(page, PASSWORD)
  expect(await read(page, '.empty')).toMatch(/Nothing here yet.*Northlight Weaving/s)
  await page.context().close()
})

test('a product that begins later is shown with its date, without lessons', async () => {
  const begins = new Date(h.app.clock.now().getTime() + 5 * 86_400_000)
  const course = await makeCourse(h, site.id, 'Weaving to come')
  const offer = await makeOffer(h.app, site.id, { access_begins_at: begins, productIds: [course] })
  const person = await grant(h, site.id, offer)
  const page = await openPage(browser)
  await page.goto(site.url + (await linkFor(h, person, 'welcome')))
  await choosePassword(page, PASSWORD)
  expect(await read(page, '.product')).toContain(`Opens on ${dayOf(begins)}`)
  await page.goto(`${site.url}/products/${course}`)
  expect(await read(page, 'main')).toContain(`Your access begins on ${dayOf(begins)}`)
  expect(await page.locator('.modules').count()).toBe(0)
  await page.context().close()
})

test('after 30 days a 30-day grant is listed separately as expired, and its product is closed', async () => {
  const person = await makeMember(h, browser, site)
  const month = await makeProduct(h.app, site.id, 'A month of patterns')
  const offer = await makeOffer(h.app, site.id, { title: 'Trial', access_days: 30, productIds: [month] })
  await grantMore(h, person.contactId, offer)
  const page = await openPage(browser)
  await signIn(page, site.url, person.email)
  await page.getByRole('link', { name: 'A month of patterns' }).click()
  expect(await heading(page)).toBe('A month of patterns')
  const address = page.url()
  await page.getByRole('button', { name: 'Sign out' }).click()
  expect(await heading(page)).toBe('You are signed out')
  expect(await page.getByRole('navigation').count()).toBe(0)
  await page.goto(address)
  expect(pathOf(page, site)).toBe('/sign-in')

  await passDays(h, 31)
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  // The page that required signing in.
  expect(page.url()).toBe(address)
  expect(await heading(page)).toBe("You don't have access to this")
  await page.getByRole('link', { name: 'Go to your library' }).click()
  expect(await page.locator('.product').count()).toBe(1)
  expect(await read(page, '.product')).not.toContain('A month of patterns')
  const ended = await read(page, '.ended')
  expect(ended).toMatch(/Past access.*A month of patterns.*Your access ended on/s)
  expect(ended).toContain('Included in Trial')
  expect(await page.locator('.ended a').count()).toBe(0)
  await page.context().close()
})
