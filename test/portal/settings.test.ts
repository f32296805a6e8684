/** The settings of a site and the own profile, in a browser. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hostAddresses } from '../../src/platform/host-addresses.ts'
import { makeAutomation } from '../../src/testing/automations.ts'
import { type DnsServer, startDnsServer } from '../../src/testing/dns-server.ts'
import { makeContact, makeOffer, offersBody } from '../../src/testing/fixtures.ts'
import { openPortal, PASSWORD, type Portal, signedIn, type Watched } from './open-portal.ts'

let portal: Portal
let page: Watched
let dns: DnsServer
beforeAll(async () => {
  portal = await openPortal()
  dns = await startDnsServer({ 'members.example.com': { a: ['127.0.0.1'] } })
  portal.h.app.hostAddresses = hostAddresses(dns.resolver)
  page = await signedIn(portal)
})
afterAll(async () => {
  await portal?.close()
  dns?.close()
})

const site = async () => (await portal.h.client.get(`/v1/sites/${portal.h.account.siteId}`)).body.data

test('name, color and time zone of a site are changed', async () => {
  await page.goto(`${portal.site}/settings/site`)
  const look = page.locator('.card', { hasText: 'Name and look' })
  await look.getByLabel('Name', { exact: true }).fill('Northlight Studio')
  await look.getByLabel('Color', { exact: true }).fill('red')
  await look.getByRole('button', { name: 'Save' }).click()
  await page.getByText('a color such as #1f6f5c').waitFor()
  await look.getByLabel('Color', { exact: true }).fill('#1f6f5c')
  await look.getByRole('button', { name: 'Save' }).click()
  await page.locator('.topbar', { hasText: 'Northlight Studio' }).waitFor()
  expect((await site()).attributes).toMatchObject({ title: 'Northlight Studio', color: '#1f6f5c' })

  const region = page.locator('.card', { hasText: 'Language and time zone' })
  await region.getByLabel('Time zone').click()
  await region.getByLabel('Time zone').fill('Madrid')
  await page.getByRole('option', { name: 'Europe/Madrid' }).click()
  await region.getByRole('button', { name: 'Save' }).click()
  await expect.poll(async () => (await site()).attributes.time_zone).toBe('Europe/Madrid')
})

test('a domain is checked as soon as it is saved', async () => {
  await page.goto(`${portal.site}/settings/domain`)
  await page.getByLabel('Domain of your own').fill('members.example.com')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The domain is connected to this server.').waitFor()
})

test('a test e-mail without a mail server says so', async () => {
  await page.goto(`${portal.site}/settings/emails`)
  await page.getByRole('button', { name: 'Send a test e-mail to me' }).click()
  await page.getByText('There is no mail server, so nothing was sent.').waitFor()
})

test('a changed address of the site is that of the next page', async () => {
  await page.goto(`${portal.site}/settings/site`)
  const address = page.locator('.card', { hasText: 'Members find the site at' })
  await address.getByLabel('Address of the site').fill('northlight-new')
  await address.getByRole('button', { name: 'Save' }).click()
  await page.waitForURL(/\/s\/northlight-new\/settings\/site$/)
  await page.getByText('/s/northlight-new.').waitFor()
})

test('a user ends the session of another browser, where what was entered stays until they sign in again', async () => {
  const other = await signedIn(portal)
  await other.goto(`${portal.h.url}/admin/s/northlight-new/contacts?dialog=new`)
  const form = other.getByRole('dialog', { name: 'Add a contact' })
  await form.getByLabel('Name').fill('Nora Kept')
  await form.getByLabel('E-mail').fill('nora@example.com')
  await page.goto(`${portal.h.url}/admin/account/profile`)
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
  await expect.poll(() => page.locator('.line').count()).toBe(1)
  const again = other.getByRole('dialog', { name: 'Sign in again' })
  await again.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await again.getByRole('button', { name: 'Sign in' }).click()
  await again.waitFor({ state: 'detached' })
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  await other.getByRole('heading', { level: 1, name: 'Nora Kept' }).waitFor()

  await page.reload()
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
  await expect.poll(() => page.locator('.line').count()).toBe(1)
  await other.reload()
  await other.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(page.problems).toEqual([])
})

test('activity is filtered by who acted, names what it is about, and shows what followed from an event', async () => {
  const { h } = portal
  const tag = { type: 'contact_tags', attributes: { name: 'Painters' } }
  const { id: tagId } = (await h.client.post('/v1/contact_tags', { data: tag })).body.data
  const offerId = await makeOffer(h.app, h.account.siteId, { title: 'Studio Bundle' })
  await makeAutomation(h.app, h.account.siteId, {
    trigger: { event: 'offer_granted' },
    actions: [{ action: 'add_tag', tag_id: tagId }],
  })
  const contactId = await makeContact(h.app, h.account.siteId, { name: 'Ada Lovelace' })
  await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  await h.drain()
  await page.goto(`${(await homeOf()).replace('/home', '')}/activity`)
  await page.getByRole('link', { name: 'Tag added: Painters' }).waitFor()
  await page.getByRole('combobox', { name: 'Anybody' }).click()
  await page.getByRole('option', { name: /key/i }).first().click()
  await page.getByRole('link', { name: 'Tag added: Painters' }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'Studio Bundle granted' }).click()
  const panel = page.getByRole('dialog')
  await panel.getByRole('heading', { name: 'What followed' }).waitFor()
  await panel.getByRole('link', { name: 'Tag added: Painters' }).click()
  await panel.getByText('Caused by').waitFor()
  await panel.getByRole('link', { name: 'Studio Bundle granted' }).waitFor()
})

/** The address of the site may have changed before. */
async function homeOf(): Promise<string> {
  await page.goto(`${portal.h.url}/admin/`)
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  return page.url()
}

test('somebody is invited; a role is created with chosen permissions, edited, and deleted', async () => {
  await page.goto(`${portal.h.url}/admin/account/team`)
  const dialog = page.getByRole('dialog')
  await page.getByRole('button', { name: 'Invite somebody' }).click()
  await dialog.getByLabel('E-mail').fill('support@example.com')
  await dialog.getByRole('combobox', { name: 'Role' }).click()
  await page.getByRole('option', { name: 'Support' }).click()
  await dialog.getByRole('button', { name: 'Send the invitation' }).click()
  // No mail server is set here.
  await dialog.getByText('if the server has a mail server, and else stays in the outbox').waitFor()
  expect(await dialog.getByRole('button', { name: 'Cancel' }).count()).toBe(0)
  await dialog.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'New role' }).click()
  await dialog.getByLabel('Name').fill('Editors')
  await dialog.getByRole('combobox', { name: 'Forms' }).click()
  await page.getByRole('option', { name: 'Manage' }).click()
  await dialog.getByRole('button', { name: 'Create' }).click()
  await page.locator('.line', { hasText: 'Editors' }).getByText('2 permissions').waitFor()
  const roles = await portal.h.client.get('/v1/roles?filter[name_eq]=Editors')
  expect(roles.body.data[0].attributes.permissions.toSorted()).toEqual(['manage:forms', 'view:forms'])
  await page.getByRole('button', { name: 'Actions for Editors' }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  await dialog.getByLabel('Name').fill('Writers')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.locator('.line', { hasText: 'Writers' }).waitFor()
  await page.getByRole('button', { name: 'Actions for Writers' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await page.locator('.line', { hasText: 'Writers' }).waitFor({ state: 'detached' })
})
