/** For the tests of the admin portal: a server with it, and a browser whose user is signed in. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { setPassword } from '../../src/accounts/set-password.ts'
import { subdomainOf } from '../../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../../src/testing/harness.ts'
import type { ServerOptions } from '../../src/testing/test-server.ts'
import { launchBrowser } from '../browser.ts'

export const PASSWORD = 'seven quiet rivers'

export interface Portal<Server extends Harness = Harness> {
  h: Server
  browser: Browser
  email: string
  /** URL of the pages of the site, without a trailing slash. */
  site: string
  close: () => Promise<void>
}

/** Starts a server whose account has an owner with a password. */
export const openPortal = (options: ServerOptions = {}): Promise<Portal> =>
  openPortalOf(startHarness(options))

/** The same of a server that is started in another way. */
export async function openPortalOf<Server extends Harness>(
  starting: Promise<Server>,
): Promise<Portal<Server>> {
  const [h, browser] = await Promise.all([starting, launchBrowser()])
  const { email } = (await h.client.get('/v1/me')).body.data.attributes
  await setPassword(h.app, h.account.id, email, PASSWORD)
  const site = `${h.url}/admin/s/${await subdomainOf(h.app, h.account.siteId)}`
  return {
    h,
    browser,
    email,
    site,
    async close() {
      await browser.close()
      await h.close()
    },
  }
}

/** A page with what is wrong on it: errors of scripts, violations of the security policy, requests that fail. */
export interface Watched extends Page {
  problems: string[]
}

/** A page that is signed in, in a context of its own. */
export async function signedIn(portal: Portal, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await portal.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const page = Object.assign(await context.newPage(), { problems: [] as string[] })
  page.on('pageerror', (error) => page.problems.push(error.message))
  page.on('console', (message) => {
    const isOfResponse = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isOfResponse) page.problems.push(message.text())
  })
  page.on('response', (response) => {
    // 401: before somebody signs in. 422: what a test enters.
    if (response.status() >= 400 && ![401, 422].includes(response.status()))
      page.problems.push(`${response.status()} ${response.request().method()} ${response.url()}`)
  })
  await page.goto(`${portal.h.url}/admin/`)
  await page.getByLabel('E-mail', { exact: true }).fill(portal.email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  return page
}
