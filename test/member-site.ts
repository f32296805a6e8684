/** For the tests of the members' pages: a site with offers, members, and the links that they are sent. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { MovableClock } from '../src/platform/clock/clock.ts'
import { makeContact, makeOffer, makeProduct, offersBody, unique } from '../src/testing/fixtures.ts'
import type { Harness } from '../src/testing/harness.ts'

export const PASSWORD = 'seven quiet rivers'
export const DAY_MS = 86_400_000

export interface Site {
  id: string
  subdomain: string
  title: string
  /** URL of its pages, without a trailing slash. */
  url: string
  /** The same on a host of its own. */
  hostUrl: string
}

/** The site of the account, or another of its sites, with a name and a colour. */
export async function dressSite(h: Harness, id: string, title: string, color: string): Promise<Site> {
  const { subdomain } = await h.app.db
    .updateTable('sites')
    .set({ title, color })
    .where('id', '=', id)
    .returning('subdomain')
    .executeTakeFirstOrThrow()
  const { port } = new URL(h.url)
  const hostUrl = `http://${subdomain}.localhost:${port}`
  return { id, subdomain, title, url: `${h.url}/s/${subdomain}`, hostUrl }
}

/** A course of two modules with three lessons. Returns the id of the product. */
export async function makeCourse(h: Harness, siteId: string, title: string): Promise<string> {
  const id = await makeProduct(h.app, siteId, title)
  const description = 'Six weeks at the loom.\n\nFrom the first thread to a whole cloth.'
  await h.app.db.updateTable('products').set({ description }).where('id', '=', id).execute()
  const now = h.app.clock.now()
  const times = { created_at: now, updated_at: now }
  const modules = { 'The beginning': ['Choosing a yarn', 'The first row'], 'Going on': ['Mending mistakes'] }
  for (const [position, [name, lessons]] of Object.entries(modules).entries()) {
    const { id: module_id } = await h.app.db
      .insertInto('course_modules')
      .values({ site_id: siteId, product_id: id, title: name, position, ...times })
      .returning('id')
      .executeTakeFirstOrThrow()
    const rows = lessons.map((lesson, place) => ({
      site_id: siteId,
      module_id,
      title: lesson,
      body: `<p>All about it: ${lesson}.</p><p>Take your time.</p>`,
      position: place,
      ...times,
    }))
    await h.app.db.insertInto('course_lessons').values(rows).execute()
  }
  return id
}

export interface Person {
  contactId: string
  customerId: string
  email: string
}

/** Grants an offer to a contact over the API, and runs the background work. */
export async function grant(
  h: Harness,
  siteId: string,
  offerId: string,
  { name = 'Ada Lovelace', email = `ada${unique()}@example.com`, ...meta }: GrantWishes = {},
): Promise<Person> {
  const contactId = await makeContact(h.app, siteId, { name, email })
  return { contactId, email, customerId: await grantMore(h, contactId, offerId, meta) }
}

type GrantWishes = { name?: string; email?: string; gift?: { from_name?: string; message?: string } }

/** Grants a contact one more offer. @returns the id of the customer */
export async function grantMore(h: Harness, contactId: string, offerId: string, meta: object = {}) {
  const path = `/v1/contacts/${contactId}/relationships/offers`
  const { status, body } = await h.client.post(path, offersBody([offerId], meta))
  if (status !== 200) throw new Error(JSON.stringify(body))
  await h.drain()
  return body.meta.customer_id as string
}

/** The path, below the site, of the link in the latest e-mail of a kind. */
export async function linkFor(h: Harness, { contactId }: Person, kind: string): Promise<string> {
  await h.drain()
  const { text } = await h.app.db
    .selectFrom('emails')
    .select('text')
    .where('contact_id', '=', contactId)
    .where('kind', '=', kind)
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow()
  const [, path] = /\/s\/[^/\s]+(\/[a-z-]+\/[\w-]+)/.exec(text!) ?? []
  if (!path) throw new Error(`no link in: ${text}`)
  return path
}

/** A member with an offer of one course, who has set the password. */
export async function makeMember(h: Harness, browser: Browser, site: Site): Promise<Person> {
  const productIds = [await makeCourse(h, site.id, `Course ${unique()}`)]
  const person = await grant(h, site.id, await makeOffer(h.app, site.id, { productIds }))
  const page = await openPage(browser)
  await page.goto(site.url + (await linkFor(h, person, 'welcome')))
  await choosePassword(page, PASSWORD)
  await page.context().close()
  return person
}

/** A page in a new browser profile. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  context.setDefaultTimeout(10_000)
  return context.newPage()
}

export async function choosePassword(page: Page, password: string): Promise<void> {
  await page.locator('#password').fill(password)
  await page.locator('main button.main').click()
}

/** Requests a link with the form of the page. */
export async function askFor(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.locator('main button.main').click()
}

export async function signIn(page: Page, base: string, email: string, password = PASSWORD): Promise<void> {
  await page.goto(`${base}/sign-in`)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** The visible text. */
export function read(page: Page, selector: string): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: hidden text is nothing that anybody reads
  return page.locator(selector).innerText()
}

export const heading = (page: Page): Promise<string> => read(page, 'h1')

/** The path of the page below its site, without query and fragment. */
export const pathOf = (page: Page, { subdomain }: Site): string =>
  new URL(page.url()).pathname.replace(`/s/${subdomain}`, '')

/** Moves the clock by a month, and runs the background work. */
export async function passDays(h: Harness, days: number): Promise<void> {
  await (h.app.clock as MovableClock).advance(h.app.db, days * DAY_MS)
  await h.drain()
}
