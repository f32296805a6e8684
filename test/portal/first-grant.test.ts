/** What an owner does first, in a real browser. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../../src/testing/fixtures.ts'
import { openPortal, type Portal, signedIn, type Watched } from './open-portal.ts'

let portal: Portal
let page: Watched
beforeAll(async () => {
  portal = await openPortal()
  page = await signedIn(portal)
})
afterAll(() => portal?.close())

const heading = (name: string) => page.getByRole('heading', { level: 1, name })

test('a product, an offer, a contact and a grant are made, and the contact, its e-mail and its timeline show them without reloading', async () => {
  await page.goto(`${portal.site}/products`)
  await page.getByRole('button', { name: 'New product' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Title').fill('Watercolour Basics')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await heading('Watercolour Basics').waitFor()

  await page.getByRole('link', { name: 'Offers', exact: true }).click()
  await page.getByRole('button', { name: 'New offer' }).first().click()
  await dialog.getByLabel('Title', { exact: true }).fill('Studio Bundle')
  await dialog.getByLabel('Products').click()
  await page.getByRole('option', { name: 'Watercolour Basics' }).click()
  await dialog.getByLabel('Price').fill('49.50')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await heading('Studio Bundle').waitFor()
  await page.getByText('$49.50', { exact: true }).waitFor()

  await page.getByRole('link', { name: 'Contacts', exact: true }).click()
  await page.getByRole('button', { name: 'Add a contact' }).first().click()
  await dialog.getByLabel('Name').fill('Ada Lovelace')
  await dialog.getByLabel('E-mail').fill('ada@example.com')
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await heading('Ada Lovelace').waitFor()

  await page.getByRole('button', { name: 'Grant an offer' }).click()
  await dialog.getByLabel('Offers').click()
  await page.getByRole('option', { name: 'Studio Bundle' }).click()
  await page.keyboard.press('Escape')
  await dialog.getByRole('button', { name: 'Grant Studio Bundle' }).click()
  await page.getByText('Studio Bundle granted').waitFor()
  await page.getByRole('button', { name: 'Revoke Studio Bundle' }).waitFor()

  await page.getByRole('link', { name: 'E-mails', exact: true }).click()
  await portal.h.drain()
  const subject = page.getByRole('link', { name: /^Welcome to/ })
  await subject.waitFor()
  await subject.click()
  const frame = page.frameLocator('iframe')
  await frame.getByText('Watercolour Basics').waitFor()
  expect(page.problems).toEqual([])
})

test('a grant through the API appears in an open page', async () => {
  const contactId = await makeContact(portal.h.app, portal.h.account.siteId)
  await page.goto(`${portal.site}/contacts/${contactId}`)
  await page.getByText('No access to anything at the moment.').waitFor()
  const offerId = await makeOffer(portal.h.app, portal.h.account.siteId, { title: 'From the API' })
  await portal.h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  await page.getByRole('button', { name: 'Revoke From the API' }).waitFor()
  await page.getByText('From the API granted').waitFor()
})

test('an offer is revoked after its consequences were shown', async () => {
  const contactId = await makeContact(portal.h.app, portal.h.account.siteId)
  const offerId = await makeOffer(portal.h.app, portal.h.account.siteId, { title: 'Short Course' })
  await portal.h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  await page.goto(`${portal.site}/contacts/${contactId}`)
  await page.getByRole('button', { name: 'Revoke Short Course' }).click()
  const dialog = page.getByRole('dialog', { name: 'Revoke Short Course?' })
  // Enter right away changes nothing.
  await dialog.waitFor()
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Cancel')
  await dialog.getByRole('button', { name: 'Revoke Short Course' }).click()
  await page.getByText('No access to anything at the moment.').waitFor()
  const { body } = await portal.h.client.get(`/v1/grants?filter[contact_id]=${contactId}`)
  expect(body.data[0].attributes.revoked_at).not.toBeNull()
})

test('an error of the API is shown beside its field, which has the focus', async () => {
  await page.goto(`${portal.site}/contacts?dialog=new`)
  const email = page.getByRole('dialog').getByLabel('E-mail')
  await email.fill('nonsense')
  await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click()
  await expect.poll(() => email.getAttribute('aria-invalid'), { timeout: 20_000 }).toBe('true')
  const described = await email.getAttribute('aria-describedby')
  expect(await page.locator(`#${described}`).textContent()).toMatch(/email/i)
  await expect
    .poll(() => email.evaluate((field) => field === field.ownerDocument.activeElement), { timeout: 20_000 })
    .toBe(true)
})

test('Back closes a dialog, and an address opens the same list in another tab', async () => {
  await makeContact(portal.h.app, portal.h.account.siteId, { name: 'Zoe Zephyr' })
  await page.goto(`${portal.site}/contacts`)
  await page.getByRole('searchbox').fill('Zephyr')
  await expect.poll(() => page.getByRole('row').count(), { timeout: 20_000 }).toBe(2)
  const tab = await page.context().newPage()
  await tab.goto(page.url())
  await tab.getByRole('link', { name: 'Zoe Zephyr' }).waitFor()
  expect(await tab.getByRole('row').count()).toBe(2)
  await tab.close()
  await page.getByRole('button', { name: 'Add a contact' }).click()
  await page.getByRole('dialog').waitFor()
  await page.goBack()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(page.url()).toContain('Zephyr')
})

test('an offer is granted by keyboard alone: contact, offer, Enter', async () => {
  const { h } = portal
  const id = await makeContact(h.app, h.account.siteId, { name: 'Pia Palette' })
  await makeOffer(h.app, h.account.siteId, { title: 'Palette Knife' })
  await page.goto(`${portal.site}/home`)
  await heading('Home').waitFor()
  await page.keyboard.press('Control+k')
  await page.getByPlaceholder('A name, an e-mail address or a page').waitFor()
  await page.keyboard.type('Pia Pal')
  await page.getByRole('option', { name: 'Grant an offer to Pia Palette' }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByPlaceholder('Which offer should Pia Palette get?').waitFor()
  await page.keyboard.type('Palette Kn')
  await expect.poll(() => page.getByRole('option').count(), { timeout: 20_000 }).toBe(1)
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Grant an offer to Pia Palette' })
  await dialog.getByText('What will happen').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Revoke Palette Knife' }).waitFor()
  const { body } = await h.client.get(`/v1/grants?filter[contact_id]=${id}`)
  expect(body.meta.total_count).toBe(1)
})

test('keys open pages, unless they are switched off', async () => {
  await page.goto(`${portal.site}/home`)
  await heading('Home').waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  await heading('Contacts').waitFor()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard' }).getByLabel('Keys of one character').uncheck()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.keyboard.press('g')
  await page.keyboard.press('o')
  await page.keyboard.press('?')
  expect(await page.getByRole('dialog').count()).toBe(0)
  await heading('Contacts').waitFor()
  await page.evaluate("localStorage.removeItem('bestow-character-keys')")
})

test('a key is created, used by a program and rotated: the old secret is refused at once', async () => {
  await page.goto(`${portal.h.url}/admin/account/keys`)
  await page.getByRole('button', { name: 'Create a key' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('Shop')
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  const first = await readSecret()
  const token = await tokenFor(first)
  await page.goto(`${portal.h.url}/admin/account/connect`)
  // As `bestow status --env` says it: clients add /v1.
  const base = page.locator('.card', { hasText: 'Base URL' }).locator('pre')
  expect(await base.textContent()).toBe(portal.h.url)
  await page.goBack()
  const offers = await fetch(`${portal.h.url}/v1/offers`, {
    headers: { authorization: `Bearer ${token.body.access_token}` },
  })
  expect(offers.status).toBe(200)

  await page.getByRole('button', { name: 'Actions for Shop' }).click()
  await page.getByRole('menuitem', { name: 'Rotate' }).click()
  const dialog = page.getByRole('dialog', { name: 'Rotate the secret of Shop?' })
  await dialog.getByText('1 valid token').waitFor()
  await dialog.getByRole('button', { name: 'Rotate' }).click()
  const second = await readSecret()
  expect((await tokenFor(first)).status).toBe(401)
  expect((await tokenFor(second)).status).toBe(200)
})

interface Secret {
  client_id: string
  client_secret: string
}

/** What is shown once; the dialog closes only after it was said to be stored. */
async function readSecret(): Promise<Secret> {
  const dialog = page.getByRole('dialog', { name: 'The secret of the key' })
  const client_id = (await dialog.getByLabel('client_id').textContent())!
  const client_secret = (await dialog.getByLabel('client_secret').textContent())!
  await page.keyboard.press('Escape')
  await dialog.getByLabel('I have stored it').check()
  await dialog.getByRole('button', { name: 'Done' }).click()
  await dialog.waitFor({ state: 'detached' })
  return { client_id, client_secret }
}

async function tokenFor(secret: Secret): Promise<{ status: number; body: { access_token: string } }> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...secret })
  const response = await fetch(`${portal.h.url}/v1/oauth/token`, { method: 'POST', body })
  return { status: response.status, body: (await response.json()) as { access_token: string } }
}

test('a list shows its rows before it is known how many there are', async () => {
  const other = await page.context().newPage()
  let answer = () => {}
  const isAsked = new Promise<void>((resolve) => {
    answer = resolve
  })
  await other.route(
    ({ pathname, searchParams }) => pathname === '/v1/events' && !searchParams.has('page[after]'),
    async (route) => {
      await isAsked
      await route.continue()
    },
  )
  await other.goto(`${portal.site}/activity`)
  const pages = other.getByRole('navigation', { name: 'Pages of the list' })
  await pages.getByText(/^1–\d+ of …$/).waitFor()
  expect(await other.getByRole('row').count()).toBeGreaterThan(1)
  answer()
  await pages.getByText(/^1–(\d+) of \d+$/).waitFor()
  await other.close()
})

test('nothing on home moves when an answer comes late', { retry: 2 }, async () => {
  const other = await page.context().newPage()
  await other.setViewportSize({ width: 390, height: 844 })
  // The first steps stand above the charts, and are shown once all of them are known.
  await other.route('**/v1/hooks?*', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    await route.continue()
  })
  await other.addInitScript(() => {
    Object.assign(window, { moved: 0 })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        Object.assign(window, { moved: Reflect.get(window, 'moved') + Reflect.get(entry, 'value') })
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await other.goto(`${portal.site}/home`)
  await other.getByRole('heading', { name: 'First steps' }).waitFor()
  await other.getByRole('heading', { name: 'Active members' }).waitFor()
  await other.waitForLoadState('networkidle')
  const moved: number = await other.evaluate(() => Reflect.get(window, 'moved'))
  expect(moved).toBeLessThan(0.02)
  await other.close()
})

test('whoever signs out is asked to sign in, and comes back to the page that was asked for', async () => {
  const other = await signedIn(portal)
  await other.getByRole('button', { name: /^Account of/ }).click()
  await other.getByRole('menuitem', { name: 'Sign out' }).click()
  await other.getByRole('heading', { name: 'Sign in' }).waitFor()
  await other.goto(`${portal.site}/offers`)
  await other.getByLabel('E-mail', { exact: true }).fill(portal.email)
  await other.getByLabel('Password', { exact: true }).fill('not the password')
  await other.getByRole('button', { name: 'Sign in', exact: true }).click()
  await other.getByText('The e-mail or the password is wrong.').waitFor()
  await other.getByLabel('Password', { exact: true }).fill('seven quiet rivers')
  await other.getByRole('button', { name: 'Sign in', exact: true }).click()
  await other.getByRole('heading', { level: 1, name: 'Offers' }).waitFor()
  await other.context().close()
})
