/** E-mail templates, activation URLs and the charts of the first page, in a real browser. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAutomation } from '../../src/testing/automations.ts'
import { makeContact, makeOffer, offersBody } from '../../src/testing/fixtures.ts'
import { openPortal, type Portal, signedIn, type Watched } from './open-portal.ts'

let portal: Portal
let page: Watched
beforeAll(async () => {
  portal = await openPortal()
  page = await signedIn(portal)
})
afterAll(() => portal?.close())

test('a text is written beside its preview, tested, saved and reset; a mistake is shown with its place', async () => {
  const { h } = portal
  await page.goto(`${portal.site}/templates`)
  await page.getByRole('link', { name: 'Welcome', exact: true }).click()
  const subject = page.getByLabel('Subject')
  const body = page.getByLabel('Text (HTML)')
  const frame = page.frameLocator('iframe')
  await frame.getByText('Hello Robin,').waitFor()

  await body.fill('<p>Nice to see you</p>\n<p>{{ recipient.nmae }}</p>')
  await page.getByText('body, line 2, column 7: undefined variable: recipient.nmae').waitFor()
  await page.getByRole('button', { name: 'Show the place' }).click()
  expect(await page.evaluate('document.activeElement.selectionStart')).toBe(
    '<p>Nice to see you</p>\n<p>{{ '.length,
  )
  await body.fill('<p>Nice to see you, {{ recipient.name }}</p>')
  await frame.getByText('Nice to see you, Robin Baker').waitFor()

  await subject.fill('Hello there')
  await page.getByRole('button', { name: 'Send a test to me' }).click()
  await page.getByText(`A test to ${portal.email} is queued.`).waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Your text', { exact: true }).waitFor()
  const [saved] = (await h.client.get('/v1/email_templates')).body.data
  // What was not changed follows the default.
  expect(saved.attributes).toMatchObject({ kind: 'welcome', subject: 'Hello there', button: null })
  await h.drain()
  const sent = (await h.client.get('/v1/emails')).body.data
  expect(sent).toMatchObject([{ attributes: { kind: 'template_test', subject: 'Hello there' } }])

  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Reset to the default' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Reset to the default' }).click()
  await page.getByRole('heading', { level: 1, name: 'E-mail templates' }).waitFor()
  expect((await h.client.get('/v1/email_templates')).body.data).toEqual([])
  expect(page.problems).toEqual([])
})

test('an offer shows the automations that name it, and its activation URLs only on request', async () => {
  const { h } = portal
  const { siteId } = h.account
  const offer = await makeOffer(h.app, siteId, { title: 'Studio Bundle' })
  await makeAutomation(h.app, siteId, {
    name: 'Congratulate',
    trigger: { event: 'offer_granted', resource_id: offer },
    actions: [{ action: 'stop' }],
  })
  const { body } = await h.client.get(`/v1/offers/${offer}/activation_url`)
  const { activate_url } = body.data.attributes
  const { pathname } = new URL(activate_url)
  await fetch(`${h.url}${pathname}`, {
    method: 'POST',
    body: new URLSearchParams({ email: 'ada@example.com', name: 'Ada Lovelace' }),
  })
  await page.goto(`${portal.site}/offers/${offer}`)
  await page.getByRole('link', { name: 'Automations' }).last().click()
  await page.getByRole('link', { name: 'Congratulate' }).waitFor()
  await page.getByRole('link', { name: 'Activation URLs' }).click()
  // Who has called it.
  await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor()
  const secret = pathname.split('/')[3]!
  expect(await page.content()).not.toContain(secret)
  await page.getByRole('button', { name: 'Show the addresses' }).click()
  await page.getByText(activate_url).waitFor()
  await page.getByRole('button', { name: 'Hide the addresses' }).click()
  await expect.poll(() => page.content(), { timeout: 20_000 }).not.toContain(secret)
  expect(page.problems).toEqual([])
})

test('the charts of the first page are tables, too, and their range is part of the address', async () => {
  const { h } = portal
  const contact = await makeContact(h.app, h.account.siteId)
  const offer = await makeOffer(h.app, h.account.siteId)
  await h.client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody([offer]))
  const [today] = (await h.client.get(`/v1/sites/${h.account.siteId}/figures?days=1`)).body.data.attributes
    .days
  await page.goto(`${portal.site}/home`)
  await page.getByText('7 days', { exact: true }).click()
  await expect.poll(() => page.url(), { timeout: 20_000 }).toContain('days=7')
  await page.getByRole('button', { name: 'Active members as a table' }).click()
  const table = page.getByRole('region', { name: 'Active members' }).getByRole('row')
  expect(await table.count()).toBe(8)
  expect(await table.nth(1).getByRole('cell').last().textContent()).toBe(String(today.active_members))
  await page.getByRole('img', { name: /^Grants per day, / }).waitFor()
  expect(page.problems).toEqual([])
})
