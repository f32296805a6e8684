/** Pages of a site, written and published in the portal; what is archived is restored from its list; and what a role that may only look has of courses and pages. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setPassword } from '../../src/accounts/set-password.ts'
import { makeContent, makeCourseParts } from '../../src/testing/content.ts'
import { makeUser } from '../../src/testing/fixtures.ts'
import { openPortal, PASSWORD, type Portal, signedIn, type Watched } from './open-portal.ts'

let portal: Portal
let page: Watched
beforeAll(async () => {
  portal = await openPortal()
  page = await signedIn(portal)
})
afterAll(() => portal?.close())

test('a website page is written, published and read by a visitor', async () => {
  await page.goto(`${portal.site}/pages`)
  await page.getByRole('link', { name: 'Blog posts' }).click()
  await page.getByRole('link', { name: 'Website pages' }).click()
  await page.getByRole('button', { name: 'New website page' }).first().click()
  await page.getByRole('dialog').getByLabel('Title').fill('About us')
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click()
  await page.getByRole('heading', { level: 1, name: 'About us' }).waitFor()
  await page.getByRole('textbox', { name: 'Content', exact: true }).click()
  await page.keyboard.type('We paint.')
  await page.getByLabel('Address', { exact: true }).fill('Not an address')
  await page.getByRole('combobox', { name: 'Who can read it' }).click()
  await page.getByRole('option', { name: 'Published: everybody' }).click()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  // What the server refuses is said beside its field, and nothing is lost.
  const address = page.getByLabel('Address', { exact: true })
  await expect.poll(() => address.getAttribute('aria-invalid'), { timeout: 20_000 }).toBe('true')
  await address.fill('about')
  await page.keyboard.press('Control+Enter')
  const link = page.getByRole('link', { name: 'View the page' })
  await link.waitFor()
  expect(await link.getAttribute('href')).toMatch(/\/pages\/about$/)
  const answer = await fetch(portal.h.url + (await link.getAttribute('href')))
  expect(await answer.text()).toContain('<p>We paint.</p>')
  expect(page.problems).toEqual([])
})

test('who may only look sees courses and pages, and nothing that would change them', async () => {
  const { app, client, account } = portal.h
  const { courseId, lessonId } = await makeCourseParts(client)
  const postId = await makeContent(client, 'blog_posts')
  const user = await makeUser(app, account, LOOKING)
  await setPassword(app, account.id, user.email, PASSWORD)
  const looking = await signedIn({ ...portal, email: user.email })
  // Of the home page, which this is not about.
  await looking.waitForLoadState('networkidle')
  looking.problems.length = 0
  const buttonsOn = async (path: string) => {
    await looking.goto(`${portal.site}/${path}`)
    await looking.getByLabel('Title', { exact: true }).first().waitFor()
    return looking.locator('main').getByRole('button').allTextContents()
  }
  expect(await buttonsOn(`products/${courseId}`)).toEqual([])
  expect(await buttonsOn(`products/${courseId}/lessons/${lessonId}`)).toEqual([])
  expect(await buttonsOn(`pages/blog_posts/${postId}`)).toEqual([])
  await looking.goto(`${portal.site}/pages/landing_pages`)
  await looking.getByRole('link', { name: 'Blog posts' }).waitFor()
  // What it may not see is not among the kinds.
  expect(await looking.getByRole('link', { name: 'Podcasts' }).count()).toBe(0)
  expect(looking.problems).toEqual([])
})

const LOOKING = ['view:sites', 'view:products', 'view:courses', 'view:blog_posts', 'view:landing_pages']

/** Creates something and archives it. */
async function archived(type: string, attributes: object): Promise<void> {
  const { client } = portal.h
  const { body } = await client.post(`/v1/${type}`, { data: { type, attributes } })
  expect((await client.delete(`/v1/${type}/${body.data.id}`)).status).toBe(200)
}

const namesOf = async (type: string): Promise<string[]> =>
  (await portal.h.client.get(`/v1/${type}`)).body.data.map(
    ({ attributes }: { attributes: { name?: string; title?: string } }) =>
      attributes.name ?? attributes.title,
  )

test.each([
  ['tags', 'contact_tags', { name: 'Former' }, 'Former'],
  ['fields', 'custom_fields', { title: 'Shoe size' }, 'Shoe size'],
  ['offers', 'offers', { title: 'Old Bundle' }, 'Old Bundle'],
])('%s are found among what is archived, and restored', async (path, type, attributes, name) => {
  await archived(type, attributes)
  // The list has something, so that it is no empty page.
  await portal.h.client.post(`/v1/${type}`, {
    data: { type, attributes: { [type === 'contact_tags' ? 'name' : 'title']: 'Another' } },
  })
  await page.goto(`${portal.site}/${path}`)
  await page.getByRole('button', { name: 'Show what is archived' }).click()
  await page.getByRole('button', { name: `Restore ${name}` }).click()
  await page.getByText(`${name} is restored.`).waitFor()
  expect(await namesOf(type)).toContain(name)
})

test('segments are restored from a dialog beside the views', async () => {
  await archived('segments', { name: 'Old friends', filter: {} })
  await page.goto(`${portal.site}/contacts`)
  await page.getByRole('button', { name: 'Archived' }).click()
  await page
    .getByRole('dialog', { name: 'Archived segments' })
    .getByRole('button', { name: 'Restore Old friends' })
    .click()
  await page.getByText('Old friends is restored.').waitFor()
  expect(await namesOf('segments')).toContain('Old friends')
})

test('a form of settings asks before it is left with changes', async () => {
  await page.goto(`${portal.site}/settings/site`)
  const name = page.locator('.card', { hasText: 'Name and look' }).getByLabel('Name', { exact: true })
  await name.fill('Another name')
  await page.getByRole('link', { name: 'Offers', exact: true }).click()
  await page.getByRole('dialog', { name: 'Leave this page?' }).getByRole('button', { name: 'Stay' }).click()
  expect(await name.inputValue()).toBe('Another name')
  await page.getByRole('link', { name: 'Offers', exact: true }).click()
  await page.getByRole('dialog', { name: 'Leave this page?' }).getByRole('button', { name: 'Leave' }).click()
  await page.getByRole('heading', { level: 1, name: 'Offers' }).waitFor()
})
