/** The HTML of a form, pasted into a page of another website, in a real browser. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeForm, newcomer } from '../src/testing/forms.ts'
import { type Harness, startHarness } from '../src/testing/harness.ts'
import { launchBrowser } from './browser.ts'

let h: Harness
let browser: Browser
let blog: Server
let origin: string
let form: string
let page: Page
beforeAll(async () => {
  ;[h, browser] = await Promise.all([startHarness(), launchBrowser()])
  blog = createServer(async (request, response) => {
    const { html } = (await h.client.get(`/v1/forms/${form}/snippet`)).body.data.attributes
    const snippets = request.url === '/twice' ? html + html : html
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><title>Blog</title><h1>My blog</h1>${snippets}`)
  })
  await new Promise<void>((ready) => blog.listen(0, '127.0.0.1', ready))
  origin = `http://127.0.0.1:${(blog.address() as AddressInfo).port}`
})
beforeEach(async () => {
  form = await makeForm(h.app, h.account.siteId, { attributes: { success_message: 'See you soon.' } })
})
afterAll(async () => {
  await browser?.close()
  blog?.close()
  await h?.close()
})

async function open(options: { javaScriptEnabled?: boolean } = {}): Promise<void> {
  page = await (await browser.newContext(options)).newPage()
  await page.goto(origin)
}

async function submit({ name, email }: { name: string; email: string }): Promise<void> {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('E-mail').fill(email)
  await page.getByRole('button', { name: 'Submit' }).click()
}

const allow = () =>
  h.client.patch(`/v1/forms/${form}`, { data: { type: 'forms', attributes: { allowed_origins: [origin] } } })

const submissions = async () => (await h.client.get(`/v1/form_submissions?filter[form_id]=${form}`)).body.data

test('on an allowed website, mistakes are shown at their fields and the message in the place of the form', async () => {
  await allow()
  await open()
  const person = newcomer()
  await submit({ ...person, email: 'ada@mailinator.com' })
  await page.getByText('belongs to a disposable e-mail service').waitFor()
  expect(await page.getByLabel('E-mail').getAttribute('aria-invalid')).toBe('true')
  expect(await submissions()).toEqual([])
  await submit(person)
  await page.getByText('See you soon.').waitFor()
  expect([page.url(), await page.locator('form').count()]).toEqual([`${origin}/`, 0])
  expect(await submissions()).toHaveLength(1)
})

test('two forms on a page have errors of their own, and the script adds no name to the page', async () => {
  await allow()
  await open()
  await page.goto(`${origin}/twice`)
  for (const one of await page.locator('form').all()) {
    await one.getByLabel('Name').fill('Ada')
    await one.getByLabel('E-mail').fill('ada@mailinator.com')
    await one.getByRole('button', { name: 'Submit' }).click()
    await one.locator('.error').waitFor()
  }
  const ids = await page.locator('.error').evaluateAll((errors) => errors.map(({ id }) => id))
  expect([ids.length, new Set(ids).size]).toEqual([2, 2])
  const inputs = await page.locator('[aria-invalid]').all()
  expect(await Promise.all(inputs.map((input) => input.getAttribute('aria-describedby')))).toEqual(ids)
  const names = ['send', 'complain', 'forgive', 'thank', 'errors']
  expect(await page.evaluate((given) => given.filter((name) => name in globalThis), names)).toEqual([])
})

test.each([
  ['on any other website', {}],
  ['without JavaScript', { javaScriptEnabled: false }],
])('%s, the form leads to a page of the site, and is stored once', async (_where, options) => {
  await open(options)
  await submit(newcomer())
  await page.getByRole('heading', { name: 'Thank you' }).waitFor()
  await page.getByText('See you soon.').waitFor()
  expect(page.url().startsWith(h.url)).toBe(true)
  expect(await submissions()).toHaveLength(1)
})
