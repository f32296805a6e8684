/**
 * `npm run screenshots`: pictures of the main pages of the portal, with the demo account after some weeks of use, in
 * docs/images. Look at each one before you commit it.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../browser.ts'
import { bestow, bestowRunning, ROOT, stop } from '../launch.ts'
import { signIn } from '../processes.ts'

const IMAGES = join(ROOT, 'docs', 'images')

/** By file name; CONTACT is somebody with several grants, ORDER what they have bought. */
const PAGES: Record<string, string> = {
  home: 'home',
  contacts: 'contacts',
  contact: 'contacts/CONTACT',
  grant: 'contacts/CONTACT?dialog=grant',
  offers: 'offers',
  orders: 'orders',
  order: 'orders/ORDER',
  reports: 'reports',
  automations: 'automations',
  emails: 'emails',
  activity: 'activity',
}

const PEOPLE = [
  'Ada Lovelace',
  'Grace Hopper',
  'Mary Somerville',
  'Emmy Noether',
  'Sofia Kovalevskaya',
  'Katherine Johnson',
  'Hedy Lamarr',
  'Rosalind Franklin',
  'Lise Meitner',
  'Barbara McClintock',
  'Dorothy Hodgkin',
  'Maria Mitchell',
]

/** Grants offers to people and sells to them, some of them on each of several days. @returns the first contact and order */
async function useForWeeks(
  settings: Record<string, string>,
  ready: Record<string, string>,
): Promise<Record<string, string>> {
  const ids: string[] = []
  const orders: string[] = []
  for (const [n, name] of PEOPLE.entries()) {
    // Tokens last for a week.
    const api = await signIn(ready)
    const email = `${name.toLowerCase().replace(' ', '.')}@example.org`
    const id = (await api.createContact(email)).body.data.id
    await api.patch(`/v1/contacts/${id}`, { data: { type: 'contacts', id, attributes: { name } } })
    for (const offer of ['1', '2', '4'].slice(0, 1 + (n % 3))) await api.grant(id, offer)
    const sale = { email, provider: 'shop', items: [{ offer_id: '1', amount_in_cents: 4900 + 1000 * n }] }
    orders.push((await api.post('/v1/orders', { data: { type: 'orders', attributes: sale } })).body.data.id)
    ids.push(id)
    // The session of the browser lasts for two weeks.
    if (n % 3 === 2) await bestow(['clock', 'advance', '3d'], settings)
  }
  await (await signIn(ready)).grant(ids[0]!, '3')
  return { CONTACT: ids[0]!, ORDER: orders[0]! }
}

async function takePictures(page: Page, start: string, ids: Record<string, string>): Promise<void> {
  const site = start.replace(/\/home$/, '')
  for (const [name, path] of Object.entries(PAGES)) {
    await page.goto(`${site}/${path.replace(/CONTACT|ORDER/, (name) => ids[name]!)}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    await page.screenshot({ path: join(IMAGES, `${name}.png`) })
  }
}

const folder = await mkdtemp(join(tmpdir(), 'bestow-screenshots-'))
const settings = { DATA_DIR: folder, PORT: '0' }
const running = await bestowRunning(['start'], { settings })
const browser = await launchBrowser()
try {
  await mkdir(IMAGES, { recursive: true })
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' })
  // Before the clock is moved ahead: the link is valid for an hour.
  await page.goto(running.ready.portal_url!)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  const ids = await useForWeeks(settings, running.ready)
  await takePictures(page, page.url(), ids)
} finally {
  await browser.close()
  await stop(running)
  await rm(folder, { recursive: true, force: true })
}
