/** A course in a real browser: lessons are completed, resumed and certified, also without scripts and in two tabs. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOffer } from '../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../src/testing/harness.ts'
import { launchBrowser } from './browser.ts'
import {
  dressSite,
  grantMore,
  heading,
  makeCourse,
  makeMember,
  openPage,
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

async function enrol(title: string) {
  const person = await makeMember(h, browser, site)
  const courseId = await makeCourse(h, site.id, title)
  await grantMore(h, person.contactId, await makeOffer(h.app, site.id, { productIds: [courseId] }))
  return { ...person, courseId }
}

const completions = async (contactId: string): Promise<string[]> =>
  (await h.client.get(`/v1/events?filter[contact_id]=${contactId}&sort=id`)).body.data
    .map(({ attributes }: { attributes: { event: string } }) => attributes.event)
    .filter((event: string) => event.endsWith('_completed'))

test('without scripts, a member completes a course lesson by lesson, resumes it, and gets a certificate', async () => {
  const { email, contactId, courseId } = await enrol('Weaving for winter')
  const page = await openPage(browser, { javaScriptEnabled: false })
  await signIn(page, site.url, email)
  await page.getByRole('link', { name: 'Weaving for winter' }).click()
  await page.getByRole('link', { name: 'Start with the first lesson' }).click()
  expect(await read(page, '[aria-current=page]')).toContain('Choosing a yarn')
  await page.getByRole('button', { name: 'Complete and continue' }).click()
  expect(await heading(page)).toBe('The first row')
  expect(await read(page, '.curriculum .progress')).toContain('33% complete')

  await page.goto(site.url)
  const card = page.locator('.product', { hasText: 'Weaving for winter' })
  expect(await card.textContent()).toMatch(/33% complete[\s\S]*Continue\s*$/)
  await card.getByRole('link').click()
  await page.getByRole('link', { name: 'Continue: The first row' }).click()
  await page.getByRole('button', { name: 'Complete and continue' }).click()
  await page.getByRole('button', { name: 'Mark as complete' }).click()
  expect(pathOf(page, site)).toBe(`/products/${courseId}`)
  expect(await read(page, '[role=status]')).toContain('You have completed all lessons')
  await page.getByRole('link', { name: 'Certificate' }).click()
  expect(await read(page, '.certificate')).toMatch(/Ada Lovelace[\s\S]*Weaving for winter/)
  expect(await completions(contactId)).toEqual([
    ...['lesson_completed', 'lesson_completed', 'lesson_completed'],
    'course_completed',
  ])
  await page.context().close()
})

test('a lesson that is completed in two tabs at once is recorded as complete once', async () => {
  const { email, contactId, courseId } = await enrol('Spinning')
  const page = await openPage(browser)
  await signIn(page, site.url, email)
  const tabs = [page, await page.context().newPage()]
  for (const tab of tabs) {
    await tab.goto(`${site.url}/products/${courseId}`)
    await tab.getByRole('link', { name: 'Choosing a yarn', exact: true }).click()
  }
  await Promise.all(tabs.map((tab) => tab.getByRole('button', { name: 'Complete and continue' }).click()))
  for (const tab of tabs) await tab.getByRole('heading', { level: 1, name: 'The first row' }).waitFor()
  expect(await completions(contactId)).toEqual(['lesson_completed'])
  await page.context().close()
})

test('a certificate is printed on one page, without the rest of the page', async () => {
  const { email, courseId } = await enrol('Dyeing')
  const page = await openPage(browser)
  await signIn(page, site.url, email)
  await page.goto(`${site.url}/products/${courseId}`)
  await page.getByRole('link', { name: 'Choosing a yarn', exact: true }).click()
  for (const [name, next] of [
    ['Complete and continue', 'The first row'],
    ['Complete and continue', 'Mending mistakes'],
    ['Mark as complete', 'Dyeing'],
  ] as const) {
    await page.getByRole('button', { name }).click()
    await page.getByRole('heading', { level: 1, name: next }).waitFor()
  }
  await page.getByRole('link', { name: 'Certificate' }).click()
  await page.getByRole('button', { name: 'Print' }).waitFor()
  await page.emulateMedia({ media: 'print' })
  for (const part of ['.printing', '.back', '.bottom'])
    expect(await page.locator(part).isVisible()).toBe(false)
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
  expect(pdf.match(/\/Type ?\/Page\b/g)).toHaveLength(1)
  await page.context().close()
})
