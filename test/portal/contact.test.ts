/** A contact: merging, what is kept of the person, signing in as a member; tags and custom fields. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
const dialog = () => page.getByRole('dialog')

async function person(name: string, offerTitle?: string): Promise<string> {
  const { h } = portal
  const id = await makeContact(h.app, h.account.siteId, { name })
  if (!offerTitle) return id
  const offer = await makeOffer(h.app, h.account.siteId, { title: offerTitle })
  await h.client.post(`/v1/contacts/${id}/relationships/offers`, offersBody([offer]))
  return id
}

const choose = async (item: string) => {
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

test('a contact is merged into another one after what moves was stated', async () => {
  const into = await person('Mary Stays', 'Ink Drawing')
  const from = await person('Mary Ends', 'Oil Painting')
  await page.goto(`${portal.site}/contacts/${into}`)
  await heading('Mary Stays').waitFor()
  await choose('Merge with another contact')
  await dialog().getByLabel('Contact that ends').fill('Mary Ends')
  await page.getByRole('option', { name: /Mary Ends/ }).click()
  await dialog()
    .getByText(/^What moves: .*customer: 1/)
    .waitFor()
  await dialog()
    .getByText(/What moves: .*grants: 1/)
    .waitFor()
  expect((await portal.h.client.get(`/v1/contacts/${from}`)).status).toBe(200)
  await dialog().getByRole('button', { name: 'Merge' }).click()
  await page.getByRole('button', { name: 'Revoke Oil Painting' }).waitFor()
  await page.getByRole('button', { name: 'Revoke Ink Drawing' }).waitFor()
  expect((await portal.h.client.get(`/v1/contacts/${from}`)).status).toBe(404)
  expect(page.problems).toEqual([])
})

test('the end of a grant is changed, and its timeline shows what it has caused', async () => {
  const id = await person('Tess Timeline', 'Long Course')
  await portal.h.drain()
  await page.goto(`${portal.site}/contacts/${id}`)
  await page.getByRole('button', { name: 'Actions for Long Course' }).click()
  await page.getByRole('menuitem', { name: 'Change the end' }).click()
  await dialog().getByLabel('Access until').fill('2099-06-30')
  await dialog().getByText('What will happen').waitFor()
  await dialog().getByRole('button', { name: 'Save' }).click()
  await page.getByText(/Jun 30, 2099/).waitFor()
  await page.getByRole('button', { name: 'Actions for Long Course' }).click()
  await page.getByRole('menuitem', { name: 'Timeline' }).click()
  await dialog().getByRole('link', { name: 'E-mail: Welcome' }).waitFor()
  const url = page.url()
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })
  await page.goto(url)
  await dialog().getByText('Became a customer').waitFor()
})

test('somebody signs in as a member for a reason, which the timeline shows', async () => {
  const id = await person('Sam Signs', 'Short Course')
  await page.goto(`${portal.site}/contacts/${id}`)
  await heading('Sam Signs').waitFor()
  await choose('Sign in as this member')
  await dialog().getByLabel('Reason').fill('Cannot find lesson 3')
  await dialog().getByRole('button', { name: 'Get a link' }).click()
  const link = await dialog().getByRole('link', { name: 'Open the members’ pages' }).getAttribute('href')
  const members = await page.context().newPage()
  // The harness does not listen at its public URL.
  await members.goto(portal.h.url + new URL(link!).pathname)
  await members.getByRole('button', { name: 'Continue' }).click()
  await members.getByText(/You see these pages as/).waitFor()
  await members.close()
  await page.getByText('Signed in as this member: Cannot find lesson 3').waitFor()
})

test('everything that is kept about a contact is saved as a file', async () => {
  const id = await person('Elsa Export')
  await page.goto(`${portal.site}/contacts/${id}`)
  await heading('Elsa Export').waitFor()
  const download = page.waitForEvent('download')
  await choose('Export as a file')
  const file = await download
  expect(file.suggestedFilename()).toBe(`contact-${id}.json`)
  expect(JSON.parse(await readFile(await file.path(), 'utf8'))).toMatchObject({
    contact: { name: 'Elsa Export' },
  })
})

test('a tag and a custom field are created, and the field is filled in at a contact', async () => {
  await page.goto(`${portal.site}/fields`)
  await page.getByRole('button', { name: 'New custom field' }).first().click()
  await dialog().getByLabel('Title').fill('Level')
  await dialog().getByLabel('Type', { exact: true }).click()
  await page.getByRole('option', { name: 'Choice from a list' }).click()
  await dialog().getByLabel('Options').fill('Beginner\nAdvanced')
  await dialog().getByRole('button', { name: 'Create' }).click()
  await page.getByText('Beginner, Advanced').waitFor()

  const id = await person('Fay Field')
  await page.goto(`${portal.site}/contacts/${id}?dialog=edit`)
  await dialog().getByLabel('Level').click()
  await page.getByRole('option', { name: 'Advanced' }).click()
  await dialog().getByLabel('City').fill('Turin')
  await dialog().getByRole('button', { name: 'Save' }).click()
  await page.getByText('Turin').waitFor()
  const { attributes } = (await portal.h.client.get(`/v1/contacts/${id}`)).body.data
  expect(attributes).toMatchObject({ name: 'Fay Field', address_city: 'Turin', custom_1: 'Advanced' })

  await page.goto(`${portal.site}/tags?dialog=new`)
  await dialog().getByLabel('Name').fill('Workshop')
  await dialog().getByRole('button', { name: 'Create' }).click()
  await page.getByRole('button', { name: 'Actions for Workshop' }).click()
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await page.getByLabel('New name of Workshop').fill('Workshop 2027')
  await page.keyboard.press('Enter')
  await page.getByRole('cell', { name: 'Workshop 2027', exact: true }).waitFor()
  await page.getByRole('link', { name: '0 contacts' }).waitFor()
  expect(page.problems).toEqual([])
})
