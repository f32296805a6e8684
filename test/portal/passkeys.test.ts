/** Passkeys, and what needs a recent sign-in, in a browser with an authenticator that the DevTools protocol adds. */
import type { CDPSession } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MovableClock } from '../../src/platform/clock/clock.ts'
import { openPortal, PASSWORD, type Portal, signedIn, type Watched } from './open-portal.ts'

let portal: Portal
let page: Watched
let devTools: CDPSession
let authenticatorId: string
/** The portal by a host name, which passkeys need. */
let url: string
beforeAll(async () => {
  portal = await openPortal()
  url = portal.h.url.replace('127.0.0.1', 'localhost')
  page = await signedIn({ ...portal, h: { ...portal.h, url } })
  devTools = await page.context().newCDPSession(page)
  await devTools.send('WebAuthn.enable', { enableUI: false })
  const added = await devTools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  authenticatorId = added.authenticatorId
})
afterAll(() => portal?.close())

const minutesPass = (minutes: number) =>
  (portal.h.app.clock as MovableClock).advance(portal.h.app.db, minutes * 60_000)

/** Whether somebody touches the authenticator whenever it asks. */
const present = (enabled: boolean) =>
  devTools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })

async function signOut(): Promise<void> {
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.waitForURL('**/sign-in**')
}

const dialog = (name: string) => page.getByRole('dialog', { name })

test('a passkey is added in the profile after the identity is confirmed and renamed', async () => {
  await minutesPass(11)
  await page.goto(`${url}/admin/account/profile`)
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  const adding = dialog('Add a passkey')
  expect(await adding.getByLabel('Name of the passkey').inputValue()).toBe('Chrome, Linux')
  await adding.getByRole('button', { name: 'Continue' }).click()

  const confirming = dialog('Confirm that it is you')
  await confirming.getByLabel('Password', { exact: true }).fill('not the password')
  await confirming.getByRole('button', { name: 'Confirm', exact: true }).click()
  await confirming.getByText('Password is wrong').waitFor()
  await confirming.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await confirming.getByRole('button', { name: 'Confirm', exact: true }).click()
  await page.getByText('The passkey is added. You can sign in with it now.').waitFor()

  await page.getByRole('button', { name: 'Actions for Chrome, Linux' }).click()
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await dialog('Rename').getByLabel('Name of the passkey').fill('Work laptop')
  await dialog('Rename').getByRole('button', { name: 'Save' }).click()
  await page.getByText('Work laptop').waitFor()

  expect(page.problems.filter((problem) => !problem.startsWith('403'))).toEqual([])
})

test('a passkey signs in by the button, and as a suggestion of the browser', async () => {
  await present(false)
  await signOut()
  await present(true)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  // The suggestion needs no click of the page: the authenticator answers at once.
  await signOut()
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  expect((await portal.h.client.get('/v1/me')).body.data.attributes.email).toBe(portal.email)
})

test('an old sign-in is confirmed with a passkey, and the request that needed it is repeated', async () => {
  await minutesPass(11)
  await page.goto(`${url}/admin/account/keys?dialog=new`)
  await page.getByRole('dialog').getByLabel('Name').fill('Till')
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await dialog('Confirm that it is you').getByRole('button', { name: 'Confirm with a passkey' }).click()
  await dialog('The secret of the key').waitFor()
  expect((await portal.h.client.get('/v1/api_keys?filter[name_eq]=Till')).body.meta.total_count).toBe(1)
})

test('whoever does not confirm changes nothing, and reads why', async () => {
  await minutesPass(11)
  await page.goto(`${url}/admin/account/profile`)
  await page.getByRole('button', { name: 'Actions for Work laptop' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  const removing = dialog('Remove the passkey Work laptop?')
  await removing.getByRole('button', { name: 'Remove' }).click()
  await dialog('Confirm that it is you').getByRole('button', { name: 'Cancel' }).click()
  await removing.getByText('Nothing was changed').waitFor()
  await removing.getByRole('button', { name: 'Remove' }).click()
  await dialog('Confirm that it is you').getByRole('button', { name: 'Confirm with a passkey' }).click()
  await page.getByText('With a passkey you sign in with your fingerprint').waitFor()
})
