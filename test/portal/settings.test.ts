/** The settings of a site and the own profile, in a browser. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hostAddresses } from '../../src/platform/host-addresses.ts'
import { type DnsServer, startDnsServer } from '../../src/testing/dns-server.ts'
import { openPortal, type Portal, signedIn, type Watched } from './open-portal.ts'

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

test('a user ends the session of another browser', async () => {
  const other = await signedIn(portal)
  await page.goto(`${portal.h.url}/admin/account/profile`)
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
  await expect.poll(() => page.locator('.line').count()).toBe(1)
  await other.reload()
  await other.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(page.problems).toEqual([])
})
