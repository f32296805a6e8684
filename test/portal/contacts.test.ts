/** The list of contacts: filters, segments as views, changes of many at once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { conditionFilters } from '../../src/people/contacts/contact-filters.ts'
import { SEGMENT_FILTERS } from '../../src/people/contacts/filters/segment-filters.ts'
import { FIELD_TYPES } from '../../src/people/custom-fields/value-types.ts'
import { makeTag } from '../../src/testing/automations.ts'
import { bulkBody } from '../../src/testing/bulk.ts'
import { makeContact, makeCustomField } from '../../src/testing/fixtures.ts'
import { FIELDS, fieldOf } from '../../web/pages/contacts/filters/fields.ts'
import { openPortal, type Portal, signedIn, type Watched } from './open-portal.ts'

let portal: Portal
let page: Watched
let siteId: string
let vip: string
beforeAll(async () => {
  portal = await openPortal()
  siteId = portal.h.account.siteId
  vip = await makeTag(portal.h.app, siteId)
  await portal.h.client.patch(`/v1/contact_tags/${vip}`, {
    data: { type: 'contact_tags', id: vip, attributes: { name: 'VIP' } },
  })
  await makeCustomField(portal.h.app, siteId, { number: 1, title: 'Shoe size', type: 'NumberField' })
  for (const [index, name] of ['Ada', 'Bob', 'Cleo', 'Dan', 'Eve'].entries())
    await makePerson(`${name} Filter`, { custom_1: String(36 + index) })
  page = await signedIn(portal)
})
afterAll(() => portal?.close())

async function makePerson(name: string, attributes: object): Promise<string> {
  const id = await makeContact(portal.h.app, siteId, { name })
  await portal.h.client.patch(`/v1/contacts/${id}`, { data: { type: 'contacts', id, attributes } })
  return id
}

const names = () => page.locator('tbody tr td:nth-child(2) a').allTextContents()
const dialog = () => page.getByRole('dialog')

test('every filter that the builder offers is one of the API', () => {
  const known = { ...conditionFilters, ...SEGMENT_FILTERS }
  for (const { key, operators } of FIELDS)
    for (const { filter } of operators) expect([key, filter in known]).toEqual([key, true])
})

test('every operator that the builder offers for a custom field is one of its type', async () => {
  for (const [index, type] of FIELD_TYPES.entries()) {
    const select_options = ['SelectBoxField', 'RadioButtonsField'].includes(type) ? 'Red\nBlue' : null
    const number = 100 + index
    await makeCustomField(portal.h.app, siteId, {
      number,
      title: type,
      type: type as never,
      select_options: select_options ?? undefined,
    })
    const handle = `custom_${number}`
    for (const { filter, entry } of fieldOf({ handle, title: type, type, select_options }).operators) {
      const value =
        typeof entry === 'object' && 'fixed' in entry
          ? entry.fixed
          : ({ date: '2026-01-31', number: '7', line: 'a@example.com' }[String(entry)] ?? 'Red')
      const given = type === 'CountryField' && value.includes('@') ? 'US' : value
      const { status } = await portal.h.client.get(
        `/v1/contacts?page[size]=1&filter[${filter}]=${encodeURIComponent(given)}`,
      )
      expect([type, filter, status]).toEqual([type, filter, 200])
    }
  }
})

test('a filter is built with its count before it is applied, saved as a segment, and changed', async () => {
  await page.goto(`${portal.site}/contacts`)
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await dialog().getByLabel('What is compared').fill('Shoe')
  await page.getByRole('option', { name: 'Shoe size' }).click()
  await dialog().getByRole('combobox', { name: 'How' }).click()
  await page.getByRole('option', { name: 'is at least' }).click()
  await dialog().getByLabel('Value').fill('39')
  await dialog().getByText('2 contacts match').waitFor()
  await dialog().getByRole('button', { name: 'Apply' }).click()
  await page.getByText('Shoe size is at least 39').waitFor()
  await expect.poll(names, { timeout: 20_000 }).toEqual(['Eve Filter', 'Dan Filter'])

  await page.getByRole('button', { name: 'Name' }).click()
  await expect.poll(names, { timeout: 20_000 }).toEqual(['Dan Filter', 'Eve Filter'])
  await page.getByRole('button', { name: 'Save as a segment' }).click()
  await dialog().getByLabel('Name').fill('Large feet')
  await dialog().getByRole('button', { name: 'Save' }).click()
  const view = page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Large feet' })
  await view.waitFor()
  const { body } = await portal.h.client.get('/v1/segments')
  expect(body.data[0].attributes).toMatchObject({
    name: 'Large feet',
    filter: { where: { all: [{ filter: 'custom_1_gteq', value: '39' }] } },
    sort: 'name',
    columns: null,
  })

  await page.getByRole('button', { name: 'Remove the filter Shoe size is at least 39' }).click()
  await page.getByText('Modified').waitFor()
  await view.click()
  await expect.poll(names, { timeout: 20_000 }).toEqual(['Dan Filter', 'Eve Filter'])
  expect(await page.getByText('Modified').count()).toBe(0)
  expect(page.problems).toEqual([])
})

test('all that match are tagged by a job, whose progress and results are shown', async () => {
  await makePerson('Zed Filter', { custom_1: '50' })
  await page.goto(`${portal.site}/contacts?filter[custom_1_gteq]=39`)
  await expect.poll(names, { timeout: 20_000 }).toHaveLength(3)
  await page.getByLabel('Select Dan Filter').check()
  await page.getByRole('button', { name: 'Select all 3 that match' }).click()
  await page.getByRole('button', { name: 'Add tags' }).click()
  await dialog().getByLabel('Tags').click()
  await page.getByRole('option', { name: 'VIP' }).click()
  await dialog().getByText('The tag VIP is added to 3 contacts.').waitFor()
  await dialog().getByRole('button', { name: 'Tag 3 contacts' }).click()
  await page.getByRole('button', { name: '1 change is running' }).waitFor()
  // What runs is in the head of the page, also after a reload.
  await page.reload()
  await page.getByRole('button', { name: '1 change is running' }).waitFor()
  await portal.h.drain()
  await page.getByRole('button', { name: 'Bulk changes' }).click()
  await page.getByRole('link', { name: 'Add tags' }).click()
  await page.getByText('3 / 3').waitFor()
  await expect
    .poll(() => page.getByRole('row').filter({ hasText: 'Changed' }).count(), { timeout: 20_000 })
    .toBe(3)
  const tagged = await portal.h.client.get(`/v1/contacts?filter[has_tag_id]=${vip}`)
  expect(tagged.body.meta.total_count).toBe(3)
  expect(page.problems).toEqual([])
})

test('a row that failed shows its reason, and is processed again on request', async () => {
  const { body } = await portal.h.client.post(
    '/v1/bulk/tags',
    bulkBody({ rows: [{ contact_id: '99999999' }] }, { add_tag_ids: [vip] }),
  )
  await portal.h.drain()
  await page.goto(`${portal.site}/bulk-jobs/${body.data.id}`)
  await page.getByText(/There is no contact/).waitFor()
  await page.getByRole('button', { name: 'Retry 1' }).click()
  await page.getByText('Pending').first().waitFor()
  await portal.h.drain()
  await page.getByRole('button', { name: 'Retry 1' }).waitFor()
})

test('rows are reached and selected by keys, which can be switched off, and none fires in a field', async () => {
  await page.goto(`${portal.site}/contacts?filter[search]=Filter&sort=name`)
  await page.getByRole('link', { name: 'Ada Filter' }).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  expect(await page.getByLabel('Select Bob Filter').isChecked()).toBe(true)
  await page.keyboard.press('k')
  await page.keyboard.press('x')
  await page.getByText('2 selected').waitFor()
  await page.getByRole('searchbox').focus()
  await page.keyboard.press('x')
  await page.getByText('2 selected').waitFor()
  await page.goto(`${portal.site}/contacts?filter[search]=Filter&sort=name`)
  await page.getByRole('link', { name: 'Ada Filter' }).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Ada Filter' }).waitFor()
})
