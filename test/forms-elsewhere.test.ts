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
  blog = createServer(async (_request, response) => {
    const { body } = await h.client.get(`/v1/forms/${form}/snippet`)
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><title>Blog</title><h1>My blog</h1>${body.data.attributes.html}`)
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
