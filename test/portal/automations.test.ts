/** Automations in a real browser: built, tested on a contact, and seen to run. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAutomation, makeTag, makeTemplate } from '../../src/testing/automations.ts'
import { makeContact, makeOffer, offersBody } from '../../src/testing/fixtures.ts'
import { openPortal, type Portal, signedIn, type Watched } from './open-portal.ts'

let portal: Portal
let page: Watched
beforeAll(async () => {
  portal = await openPortal()
  page = await signedIn(portal)
})
afterAll(() => portal?.close())

const heading = (name: string) => page.getByRole('heading', { level: 1, name })

/** Chooses an option of a field that is named like this. */
async function choose(field: string, option: string, place = page.locator('form')): Promise<void> {
  await place.getByRole('combobox', { name: field, exact: true }).last().click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

async function addStep(step: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a step' }).click()
  await page.getByRole('menuitem', { name: step, exact: true }).click()
}

const stepNames = () =>
  page.evaluate(`[...document.querySelectorAll('.step')].map((step) => step.querySelector('input').value)`)

test('an automation is built and enabled; after a grant its run appears and is completed without reloading', async () => {
  const { h } = portal
  const { siteId } = h.account
  const offerId = await makeOffer(h.app, siteId, { title: 'Studio Bundle' })
  const tagId = await makeTag(h.app, siteId)
  const tag = (await h.client.get(`/v1/contact_tags/${tagId}`)).body.data.attributes.name
  const contactId = await makeContact(h.app, siteId, { name: 'Ada Lovelace' })

  await page.goto(`${portal.site}/automations`)
  await page.getByRole('link', { name: 'Begin with an empty one' }).click()
  await heading('New automation').waitFor()
  await page.getByLabel('Name').fill('Tag buyers')
  await choose('Which one', 'Studio Bundle')
  await addStep('Add the tag')
  // Nothing is chosen yet: the error is shown at the step, and nothing is saved.
  await page.getByRole('button', { name: 'Create' }).click()
  await page.locator('.step').getByText('tag_id is required').waitFor()
  await choose('Tag', tag)
  await addStep('Wait')
  await page.getByRole('textbox', { name: 'How long' }).fill('1')
  await addStep('Stop')

  // A step is moved by keyboard and by button, and keeps the focus.
  await page.getByRole('button', { name: 'Move up: Stop' }).click()
  expect(await stepNames()).toEqual(['Add the tag', 'Stop', 'Wait'])
  await page.keyboard.press('Alt+ArrowDown')
  await expect.poll(stepNames, { timeout: 20_000 }).toEqual(['Add the tag', 'Wait', 'Stop'])
  await page.getByRole('button', { name: 'Remove: Stop' }).click()

  await choose('Contact', `Ada Lovelace · ${await emailOf(contactId)}`)
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  const tested = page.locator('.result-steps')
  await tested.getByText(`Add the tag ${tag}`).waitFor()
  await tested.getByText('Wait 1 day', { exact: true }).waitFor()
  const states = async () => (await tested.locator('.state').allTextContents()).map((state) => state.trim())
  expect(await states()).toEqual(['Would be done', 'Would be done'])
  // What would not run has nothing green.
  await page.getByRole('switch').click()
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await page.getByText('Would not run').waitFor()
  expect(await states()).toEqual(['Would be done', 'Would be done'])
  expect(await tested.locator('.state-good').count()).toBe(0)
  await page.getByRole('switch').click()
  await page.getByRole('button', { name: 'Remove: Wait' }).click()
  await page.getByRole('button', { name: 'Create' }).click()
  await heading('Tag buyers').waitFor()

  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByText('No run yet.').waitFor()
  await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  await h.drain()
  const row = page.getByRole('row', { name: /Ada Lovelace/ })
  await row.getByText('Completed').waitFor()
  await row.getByRole('link', { name: 'Ada Lovelace' }).click()
  await page.getByText(`Add the tag ${tag}`).waitFor()
  await page.getByText('Done', { exact: true }).waitFor()
  expect(page.problems).toEqual([])
})

const emailOf = async (contactId: string): Promise<string> =>
  (await portal.h.client.get(`/v1/contacts/${contactId}`)).body.data.attributes.email

test('runs in progress stay on their version, which is said before and after saving; a run is cancelled and tried again', async () => {
  const { h } = portal
  const { siteId } = h.account
  const automation = await makeAutomation(h.app, siteId, {
    name: 'Two days later',
    trigger: { event: 'contact_created' },
    conditions: { filter: 'subscribed', value: false },
    actions: [
      { action: 'wait', amount: 2, unit: 'days' },
      { action: 'send_email', template_id: await makeTemplate(h.app, siteId) },
    ],
  })
  const contact = await makeContact(h.app, siteId, { name: 'Grace Hopper' })
  await h.drain()
  await page.goto(`${portal.site}/automations/${automation}?contact=${contact}`)
  await page.getByText('In progress', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Remove: Send the e-mail' }).click()
  await page.getByText('Saving makes a new version. 1 run in progress stays on version 1.').waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved. 1 run in progress stays on version 1.').waitFor()
  const { body } = await h.client.get(`/v1/automations/${automation}`)
  expect(body.data.attributes).toMatchObject({
    version: 2,
    conditions: { filter: 'subscribed', value: 'false' },
    actions: [{ action: 'wait' }],
  })

  await page.getByRole('link', { name: /^Run \d+$/ }).click()
  await page.getByRole('button', { name: 'Cancel the run' }).click()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('button', { name: 'Cancel the run' }).waitFor()
  // Its own version, which still sends the e-mail.
  await page.getByText(/^Send the e-mail/).waitFor()
  expect(page.problems).toEqual([])
})
