/** A form is built in the portal, submitted through its page, and its submission seen. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOffer } from '../../src/testing/fixtures.ts'
import { openPortal, type Portal, signedIn, type Watched } from './open-portal.ts'

let portal: Portal
let page: Watched
beforeAll(async () => {
  portal = await openPortal()
  page = await signedIn(portal)
})
afterAll(() => portal?.close())

const choose = async (field: string, option: string) => {
  await page.getByRole('combobox', { name: field }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

test('a form is built, its preview shows its page, and what a visitor submits arrives', async () => {
  const { h } = portal
  const { siteId } = h.account
  await makeOffer(h.app, siteId, { title: 'Free trial' })
  await h.client.post('/v1/contact_tags', { data: { type: 'contact_tags', attributes: { name: 'Reader' } } })
  await page.goto(`${portal.site}/forms`)
  await page.getByRole('button', { name: 'New form' }).first().click()
  await page.getByRole('dialog').getByLabel('Title').fill('Newsletter')
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click()
  await page.getByRole('heading', { level: 1, name: 'Newsletter' }).waitFor()

  await choose('Add a field', 'Phone')
  await page.getByRole('button', { name: 'Move Phone up' }).click()
  await page.getByRole('switch', { name: 'Phone is required' }).check({ force: true })
  await choose('Tags', 'Reader')
  await choose('Offers to grant', 'Free trial')
  await page.getByLabel('Message', { exact: true }).fill('Welcome aboard!')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved.').waitFor()
  const preview = page.frameLocator('iframe[title=Preview]')
  await preview.getByLabel('Phone number').waitFor()

  const visitor = await page.context().newPage()
  await visitor.goto(
    (await page.getByRole('link', { name: 'View the page' }).getAttribute('href'))!.replace(/^/, h.url),
  )
  await visitor.getByLabel('Name').fill('Ada Lovelace')
  await visitor.getByLabel('Phone number').fill('+34 600 000 000')
  await visitor.getByLabel('E-mail').fill('ada@example.com')
  await visitor.getByRole('button').click()
  await visitor.getByText('Welcome aboard!').waitFor()
  await visitor.close()

  await page.getByRole('link', { name: 'Submissions' }).click()
  await page.getByRole('link', { name: 'ada@example.com' }).click()
  const answers = page.getByRole('dialog', { name: 'ada@example.com' })
  await answers.getByText('+34 600 000 000').waitFor()
  await answers.getByText('Accepted').waitFor()
  const contact = (await h.client.get('/v1/contacts?filter[email]=ada@example.com&include=tags,offers')).body
  const included = contact.included.map(
    ({ attributes }: { attributes: { name?: string; title?: string } }) =>
      attributes.name ?? attributes.title,
  )
  expect(included.sort()).toEqual(['Free trial', 'Reader'])
  expect(page.problems).toEqual([])
})

test('the HTML to paste comes before the script that adds to it', async () => {
  const { client } = portal.h
  const made = await client.post('/v1/forms', {
    data: { type: 'forms', attributes: { title: 'Waiting list' } },
  })
  await page.goto(`${portal.site}/forms/${made.body.data.id}/share`)
  const html = await page.getByLabel('HTML for another website').textContent()
  const script = await page.getByLabel('Optional script').textContent()
  expect(html).toMatch(/^<form action="http[^"]+form_submissions"[\s\S]+<\/form>$/)
  expect(script).toMatch(/^<script src="http[^"]+\/assets\/form\.js" defer><\/script>$/)
})
