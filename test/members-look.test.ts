/** Accessibility of every member page: light and dark, small and wide screens, keyboard, screen readers. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { samplePages } from '../src/members/pages/samples.ts'
import { startWithStripe, type WithStripe } from '../src/testing/stripe/connect.ts'
import { launchBrowser } from './browser.ts'
import { thirdDueThisWeek } from './depth.ts'
import { createMemberPages, type MemberPage } from './member-pages.ts'
import { dressSite, heading, openPage, PASSWORD, read, type Site, signIn } from './member-site.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let h: WithStripe
let browser: Browser
let site: Site
let memberPages: Map<string, MemberPage>
let pages: { signedOut: Page; signedIn: Page }
beforeAll(async () => {
  ;[h, browser] = await Promise.all([startWithStripe(), launchBrowser()])
  site = await dressSite(h, h.account.siteId, 'Northlight Weaving', '#0f766e')
  const created = await createMemberPages(h, browser, site)
  memberPages = new Map(created.memberPages.map((memberPage) => [memberPage.name, memberPage]))
  // The pages allow no scripts except, here, that of the accessibility checker.
  const [signedOut, signedIn] = [
    await openPage(browser, { bypassCSP: true }),
    await openPage(browser, { bypassCSP: true }),
  ]
  await signIn(signedIn, site.url, created.email)
  pages = { signedOut, signedIn }
})
afterAll(async () => {
  await browser?.close()
  await h?.close()
})

const NAMES = [
  'sign_in',
  'sign_in-wrong',
  'request_link',
  'request_link-wrong',
  'link_sent',
  'link_ended',
  'welcome',
  'welcome-wrong',
  'welcome-shown',
  'reset_password',
  'follow_link-sign_in',
  'follow_link-email',
  'gift',
  'gift-wrong',
  'library',
  'product',
  'lesson',
  'lesson-complete',
  'product-complete',
  'certificate',
  'closed_lesson',
  'account',
  'account-wrong',
  'form',
  'form-wrong',
  'form-inline',
  'form_sent-waiting',
  'follow_link-form',
  'form_sent',
  'offer',
  'offer-wrong',
  'checkout',
  'checkout-mailed',
  'billing',
  'cancel_subscription',
  'receipt',
  'message-no_access',
  'message-signed_out',
  'blog',
  'article',
  'podcast',
  'problem',
  'problem-too_many_guesses',
]

/** Their main link is one of many, or there is none. */
const WITHOUT_BUTTON = [
  'library',
  'lesson',
  'lesson-complete',
  'product-complete',
  'certificate',
  'link_sent',
  'form_sent',
  'form_sent-waiting',
  'checkout-mailed',
  'billing',
  'receipt',
  'blog',
  'article',
  'podcast',
]

test('every page is tested', () => {
  expect([...memberPages.keys()]).toEqual(NAMES)
  const names = new Set(NAMES.map((name) => name.split('-')[0]))
  expect([...names].sort()).toEqual(Object.keys(samplePages('')).sort())
})

async function enter(name: string): Promise<Page> {
  const memberPage = memberPages.get(name)!
  const page = await memberPage.enter(pages)
  expect(await heading(page)).toBe(memberPage.heading)
  return page
}

test.each(thirdDueThisWeek(NAMES))(
  'the page %s has no barriers in light and dark, and fits every screen',
  async (name) => {
    const page = await enter(name)
    await page.evaluate(axe)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const violations = await page.evaluate<string[]>(
        `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html)))`,
      )
      expect(violations).toEqual([])
    }
    for (const width of [390, 820, 1440]) {
      await page.setViewportSize({ width, height: 900 })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    }
  },
)

/** Presses Tab until the main button has the focus. @returns how the focus is visible */
async function tabToMainButton(page: Page): Promise<string> {
  const button = 'document.activeElement?.matches("main .main")'
  for (let i = 0; i < 25 && !(await page.evaluate(button)); i++) await page.keyboard.press('Tab')
  expect(await page.evaluate(button)).toBe(true)
  return page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
}

test.each(thirdDueThisWeek(NAMES.filter((name) => !WITHOUT_BUTTON.includes(name))))(
  'on the page %s, Tab reaches the main button with a visible focus',
  async (name) => {
    expect(await tabToMainButton(await enter(name))).toBe('solid')
  },
)

test('signing in and opening a lesson work without a mouse', async () => {
  const page = await openPage(browser)
  await page.goto(`${site.url}/sign-in`)
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.className')).toBe('skip')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  const member = await h.app.db
    .selectFrom('customers')
    .select('email')
    .where('password_hash', 'is not', null)
    .executeTakeFirstOrThrow()
  await page.keyboard.type(member.email!)
  for (let i = 0; i < 2; i++) await page.keyboard.press('Tab')
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL(`${site.url}/`)
  await page.getByRole('link', { name: 'Weaving for winter' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/products/*')
  await tabToMainButton(page)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/lessons/*')
  expect(await heading(page)).toBe('Choosing a yarn')
  await page.context().close()
})

test.each(['welcome', 'gift'])(
  'Enter in the password of the page %s saves it, and does not show it',
  async (name) => {
    const page = await enter(name)
    await page.locator('#password').fill('short')
    await page.keyboard.press('Enter')
    expect(await read(page, '#password-error')).toContain('too short')
    expect(await page.locator('#password').getAttribute('type')).toBe('password')
  },
)

test('links back to the library and to a product look like links', async () => {
  for (const name of ['product', 'lesson']) {
    const page = await enter(name)
    const style = await page.evaluate(
      `(() => { const { color, textDecorationLine } = getComputedStyle(document.querySelector('.back a'))
        const probe = document.body.appendChild(document.createElement('a'))
        return [textDecorationLine, color === getComputedStyle(probe).color] })()`,
    )
    expect(style).toEqual(['underline', true])
  }
})

test('the heading of the blog does not touch its first cards', async () => {
  const page = await enter('blog')
  const [title, cards] = [page.locator('main h1'), page.locator('.shelf')]
  const [{ y, height }, { y: top }] = [(await title.boundingBox())!, (await cards.boundingBox())!]
  expect(top - (y + height)).toBeGreaterThanOrEqual(28)
})

test('a card of the library shows that it can be clicked', async () => {
  const page = await enter('library')
  const [open, later] = [page.locator('.product:has(a)'), page.locator('.product:not(:has(a))')]
  expect(await open.locator('.action').allInnerTexts()).toEqual(['Open', 'Open', 'Open'])
  expect(await later.locator('.action').count()).toBe(0)
})

test('no heading of the account is repeated as the label below it', async () => {
  const page = await enter('account')
  for (const section of await page.locator('section').all()) {
    const [title, label] = [section.locator('h2'), section.locator('label').first()]
    // biome-ignore lint/performance/useDomNodeTextContent: what can be read is compared
    if (await label.count()) expect(await label.innerText()).not.toBe(await title.innerText())
  }
})

test('when a logo cannot be loaded, the title of the site is shown', async () => {
  await h.app.db.updateTable('sites').set({ logo_url: 'https://elsewhere.example/gone.png' }).execute()
  const page = await openPage(browser)
  await page.route('https://elsewhere.example/**', (route) => route.fulfill({ status: 404, body: '' }))
  await page.goto(`${site.url}/sign-in`)
  await page.locator('.wordmark img').waitFor({ state: 'detached' })
  const shown = await read(page, '.wordmark')
  await h.app.db.updateTable('sites').set({ logo_url: null }).execute()
  expect(shown).toBe(site.title)
  await page.context().close()
})

test('links of e-mails are not sent to other servers as referrer', async () => {
  const page = await openPage(browser)
  const referrers: (string | undefined)[] = []
  await page.route('https://elsewhere.example/**', async (route) => {
    referrers.push((await route.request().allHeaders()).referer)
    await route.fulfill({ body: '' })
  })
  await h.app.db.updateTable('sites').set({ logo_url: 'https://elsewhere.example/logo.png' }).execute()
  const answered = page.waitForRequest('https://elsewhere.example/**')
  await memberPages.get('welcome')!.enter({ signedOut: page, signedIn: page })
  await answered
  await h.app.db.updateTable('sites').set({ logo_url: null }).execute()
  expect(referrers).toEqual([undefined])
  await page.context().close()
})
