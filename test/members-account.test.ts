/** The account page of a member in a real browser, and two sites on one server. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSite } from '../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../src/testing/harness.ts'
import { launchBrowser } from './browser.ts'
import {
  dressSite,
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
let other: Site
beforeAll(async () => {
  ;[h, browser] = await Promise.all([startHarness(), launchBrowser()])
  site = await dressSite(h, h.account.siteId, 'Northlight Weaving', '#0f766e')
  other = await dressSite(h, await makeSite(h.app, h.account), 'Harbour Choir', '#7c2d12')
})
afterAll(async () => {
  await browser?.close()
  await h?.close()
})

/** A page of a newly signed-in member. */
async function openSignedIn({ email }: Person) {
  const page = await openPage(browser)
  await signIn(page, site.url, email)
  return page
}

const attributesOf = async (type: 'contacts' | 'customers', id: string) =>
  (await h.client.get(`/v1/${type}/${id}`)).body.data.attributes

test('a changed name is saved for contact and customer', async () => {
  const person = await makeMember(h, browser, site)
  const page = await openSignedIn(person)
  await page.getByRole('link', { name: 'Account' }).click()
  const save = page.getByRole('button', { name: 'Save name' })
  await page.locator('#name').fill('  ')
  await save.click()
  expect(await read(page, '#name-error')).toBe('Please enter your name.')
  await page.locator('#name').fill('Augusta King')
  await save.click()
  expect(await read(page, '[role=status]')).toBe('Your name is saved.')
  expect(await attributesOf('contacts', person.contactId)).toMatchObject({ name: 'Augusta King' })
  expect(await attributesOf('customers', person.customerId)).toMatchObject({ name: 'Augusta King' })
  await page.context().close()
})

test('a new address takes effect when it is confirmed with the button, for contact and customer', async () => {
  const person = await makeMember(h, browser, site)
  const page = await openSignedIn(person)
  await page.goto(`${site.url}/account`)
  await page.getByLabel('New e-mail address').fill('augusta@example.com')
  const send = page.getByRole('button', { name: 'Send confirmation' })
  await send.click()
  expect(await read(page, '#confirm_password-error')).toContain('enter your current password')
  expect(await page.getByLabel('New e-mail address').inputValue()).toBe('augusta@example.com')
  await page.locator('#confirm_password').fill('not the password')
  await send.click()
  expect(await read(page, '#confirm_password-error')).toContain('This password is incorrect')
  await page.goto(`${site.url}/account`)
  expect(await page.locator('main').textContent()).not.toContain('confirmation link to')
  await page.getByLabel('New e-mail address').fill('augusta@example.com')
  await page.locator('#confirm_password').fill(PASSWORD)
  await send.click()
  expect(await page.locator('main').textContent()).toContain(
    'confirmation link to augusta@example.com. It is valid for 1 day.',
  )

  await page.goto(site.url + (await linkFor(h, person, 'email_change')))
  expect(await attributesOf('contacts', person.contactId)).toMatchObject({ email: person.email })
  await page.getByRole('button', { name: 'Confirm this address' }).click()
  expect(await heading(page)).toBe('Your e-mail address was changed')
  expect(await read(page, 'footer')).toContain('augusta@example.com')
  expect(await attributesOf('contacts', person.contactId)).toMatchObject({ email: 'augusta@example.com' })
  expect(await attributesOf('customers', person.customerId)).toMatchObject({ email: 'augusta@example.com' })
  await page.context().close()
})

test('changing the password needs the current one, and signs out everywhere else, not here', async () => {
  const person = await makeMember(h, browser, site)
  const [page, elsewhere] = [await openSignedIn(person), await openSignedIn(person)]
  await page.goto(`${site.url}/account`)
  await page.locator('#current_password').fill('not the password')
  await page.locator('#password').fill('nine slow rivers')
  const save = page.getByRole('button', { name: 'Save password' })
  await save.click()
  expect(await read(page, '#current_password-error')).toContain('This password is incorrect')
  await elsewhere.goto(`${site.url}/account`)
  expect(pathOf(elsewhere, site)).toBe('/account')
  await page.locator('#current_password').fill(PASSWORD)
  await page.locator('#password').fill('nine slow rivers')
  await save.click()
  expect(await read(page, '[role=status]')).toBe('Your new password is saved.')
  await elsewhere.goto(`${site.url}/account`)
  expect(pathOf(elsewhere, site)).toBe('/sign-in')
  await signIn(elsewhere, site.url, person.email, 'nine slow rivers')
  expect(await heading(elsewhere)).toBe('Your library')
  await Promise.all([page.context().close(), elsewhere.context().close()])
})

test('signing out everywhere ends the session of every browser', async () => {
  const person = await makeMember(h, browser, site)
  const [page, elsewhere] = [await openSignedIn(person), await openSignedIn(person)]
  expect(await heading(elsewhere)).toBe('Your library')
  await page.goto(`${site.url}/account`)
  await page.getByRole('button', { name: 'Sign out everywhere' }).click()
  expect(await heading(page)).toBe('You are signed out everywhere')
  for (const one of [page, elsewhere]) {
    await one.goto(`${site.url}/account`)
    expect(pathOf(one, site)).toBe('/sign-in')
  }
  await Promise.all([page.context().close(), elsewhere.context().close()])
})

test.each([
  ['below their paths', (one: Site) => one.url],
  ['on hosts of their own', (one: Site) => one.hostUrl],
])('two sites are independent %s, each with its name, colour and members', async (_where, baseOf) => {
  const person = await makeMember(h, browser, site)
  const page = await openPage(browser)
  const looks: string[] = []
  for (const one of [site, other]) {
    await page.goto(`${baseOf(one)}/sign-in`)
    expect(await read(page, '.wordmark')).toBe(one.title)
    looks.push(await page.evaluate("getComputedStyle(document.querySelector('button.main')).backgroundColor"))
  }
  expect(new Set(looks).size).toBe(2)
  expect(looks[0]).toMatch(/^rgb/)

  await signIn(page, baseOf(other), person.email)
  expect(await read(page, '#errors')).toContain('is incorrect')
  await signIn(page, baseOf(site), person.email)
  expect(await heading(page)).toBe('Your library')
  await page.goto(`${baseOf(other)}/account`)
  expect(new URL(page.url()).pathname).toMatch(/\/sign-in$/)

  // Also not when the cookie is copied.
  const session = (await page.context().cookies()).find(({ name }) => name === 'bestow_member')!
  await page.context().clearCookies()
  await page
    .context()
    .addCookies([{ name: session.name, value: session.value, url: `${baseOf(other)}/account` }])
  await page.goto(`${baseOf(other)}/account`)
  expect(new URL(page.url()).pathname).toMatch(/\/sign-in$/)
  await page.context().clearCookies()
  await page
    .context()
    .addCookies([{ name: session.name, value: session.value, url: `${baseOf(site)}/account` }])
  await page.goto(`${baseOf(site)}/account`)
  expect(await heading(page)).toBe('Your account')
  await page.context().close()
})

test('cookies are HttpOnly and limited to their site, and signing in changes the session', async () => {
  const person = await makeMember(h, browser, site)
  const page = await openSignedIn(person)
  const cookies = await page.context().cookies()
  expect(cookies.map(({ name }) => name).sort()).toEqual(['bestow_form', 'bestow_member'])
  for (const { httpOnly, sameSite, path } of cookies)
    expect({ httpOnly, sameSite, path }).toEqual({
      httpOnly: true,
      sameSite: 'Lax',
      path: `/s/${site.subdomain}`,
    })
  const sessionOf = async () =>
    (await page.context().cookies()).find(({ name }) => name === 'bestow_member')!.value
  const first = await sessionOf()
  const link = await openPage(browser)
  await link.goto(`${site.url}/sign-in`)
  await link.getByLabel('E-mail').fill(person.email)
  await link.getByRole('button', { name: 'Send me a link instead' }).click()
  await page.goto(site.url + (await linkFor(h, person, 'sign_in')))
  await page.locator('main button.main').click()
  expect(await sessionOf()).not.toBe(first)
  await link.context().addCookies([{ name: 'bestow_member', value: first, url: `${site.url}/account` }])
  await link.goto(`${site.url}/account`)
  expect(pathOf(link, site)).toBe('/sign-in')
  await Promise.all([page.context().close(), link.context().close()])
})

test('a browser with Spanish as its language gets Spanish', async () => {
  const page = await openPage(browser, { locale: 'es-MX' })
  await page.goto(`${site.url}/sign-in`)
  expect(await page.locator('html').getAttribute('lang')).toBe('es')
  expect(await heading(page)).toBe('Entrar')
  await page.context().close()
})
