/** Imports and exports in the portal: a file with broken rows from its columns to its correction, and files to download. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Download } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importTask } from '../../src/imports/process-imports.ts'
import { processImports } from '../../src/testing/imports.ts'
import { temporaryFolder } from '../processes.ts'
import { openPortal, type Portal, signedIn, type Watched } from './open-portal.ts'

let portal: Portal
let page: Watched
beforeAll(async () => {
  portal = await openPortal()
  page = await signedIn(portal)
})
afterAll(() => portal?.close())

const PEOPLE = 600
const BROKEN = [3, 300, 590]

/** Two columns have names that nobody knows. */
const FILE = [
  'Full name,Correo,Ciudad,Tags',
  ...Array.from({ length: PEOPLE }, (_, n) =>
    [`Person ${n}`, BROKEN.includes(n) ? `broken ${n}` : `person${n}@example.com`, 'Madrid', 'VIP'].join(','),
  ),
].join('\n')

const dialog = () => page.getByRole('dialog')
const button = (name: string) => page.getByRole('button', { name, exact: true })

async function choose(column: string, field: string): Promise<void> {
  await page.getByRole('combobox', { name: `Field for ${column}` }).click()
  await page.getByRole('option', { name: field, exact: true }).click()
}

async function chooseFile(name: string, content: string): Promise<void> {
  const file = { name, mimeType: 'text/csv', buffer: Buffer.from(content) }
  await dialog().locator('input[type=file]').setInputFiles(file)
}

/** What is in a file that the browser saves. */
async function textOf(download: Download): Promise<string> {
  const file = join(await temporaryFolder(), download.suggestedFilename())
  await download.saveAs(file)
  return readFile(file, 'utf8')
}

test('a file with three broken rows: columns are corrected, it is tried, imported, and its rejected rows again', async () => {
  const { h, site } = portal
  await page.goto(`${site}/imports`)
  await button('Import a file').click()
  await chooseFile('people.csv', FILE)
  await dialog().getByRole('button', { name: 'Upload', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'people.csv' }).waitFor()
  await page.getByText('person0@example.com · person1@example.com').waitFor()
  // Nothing can be started before the column with the addresses is known.
  await page.getByText('No column is imported into: E-mail').waitFor()
  expect(await button('Dry run').isDisabled()).toBe(true)
  await choose('Correo', 'E-mail')
  await choose('Ciudad', 'City')
  await page.getByText('No column is imported into').waitFor({ state: 'detached' })

  await button('Dry run').click()
  await page.getByText('The dry run is running').waitFor()
  await processImports(h)
  await page.getByText('597 rows would be created.').waitFor()
  await page.getByText('3 rows would be rejected.').waitFor()
  await page.getByText('1 tag would be created: VIP').waitFor()
  await button('Would be rejected 3').click()
  await page.getByRole('row', { name: 'broken 300 302 Would be rejected' }).waitFor()
  expect((await h.client.get('/v1/contacts')).body.meta.total_count).toBe(0)

  await button('Import').click()
  await dialog().getByText('No e-mail, automation or webhook follows.').waitFor()
  await dialog().getByRole('button', { name: 'Import 600 rows' }).click()
  await dialog().waitFor({ state: 'detached' })
  // It begins, and imports the first 500 people.
  await importTask.run(h.app, () => {})
  await importTask.run(h.app, () => {})
  await page.getByText('500 of 600 rows').waitFor()
  await page.reload()
  await page.getByText('500 of 600 rows').waitFor()
  expect(await page.getByRole('progressbar', { name: 'Progress' }).getAttribute('aria-valuenow')).toBe('83')
  await processImports(h)
  await page.getByText('597 rows were created.').waitFor()

  const [rejected] = await Promise.all([
    page.waitForEvent('download'),
    button('Download rejected rows').click(),
  ])
  const lines = (await textOf(rejected)).split('\r\n')
  expect(lines[0]).toBe('Full name,Correo,Ciudad,Tags,Rejected line,Rejected column,Rejected reason')
  expect(lines[1]).toMatch(/^Person 3,broken 3,Madrid,VIP,5,Correo,It is not an e-mail address/)
  const corrected = lines.join('\n').replace(/,broken (\d+),/g, ',person$1@example.com,')
  await button('Upload corrected rows').click()
  await chooseFile('corrected.csv', corrected)
  await dialog().getByRole('button', { name: 'Upload', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'corrected.csv' }).waitFor()
  // The columns are those of the import before.
  await button('Import').click()
  await dialog().getByRole('button', { name: 'Import 3 rows' }).click()
  await dialog().waitFor({ state: 'detached' })
  await processImports(h)
  await page.getByText('3 rows were created.').waitFor()
  await page.getByRole('link', { name: 'Person 300' }).waitFor()
  expect((await h.client.get('/v1/contacts')).body.meta.total_count).toBe(PEOPLE)
  expect((await h.client.get('/v1/contacts?filter[address_city_eq]=Madrid')).body.meta.total_count).toBe(
    PEOPLE,
  )
  expect(page.problems).toEqual([])
})

test('an import that runs is cancelled, and continued', async () => {
  const { h, site } = portal
  const form = new FormData()
  form.append('kind', 'contacts')
  form.append('file', new Blob(['Email\nsomebody@example.com\n']), 'few.csv')
  const { id } = (await h.client.post('/v1/imports', form)).body.data
  await page.goto(`${site}/imports/${id}`)
  await button('Cancel').click()
  await page.getByText('It was cancelled. 0 of 1 rows were processed.').waitFor()
  await button('Continue').click()
  await page.getByText('The import is running').waitFor()
  await processImports(h)
  await page.getByText('1 row was created.').waitFor()
  expect(page.problems).toEqual([])
})

test('what is chosen is downloaded, a file for each kind', async () => {
  const { h, site } = portal
  await page.goto(`${site}/exports`)
  await page.getByLabel('JSON Lines').click()
  await page.getByLabel('Everything', { exact: true }).click()
  await page.getByLabel('Contacts', { exact: true }).click()
  await page.getByLabel('Tags', { exact: true }).click()
  const names: string[] = []
  page.on('download', (download) => names.push(download.suggestedFilename()))
  await button('Download 2 files').click()
  await page.getByText('2 files are downloaded.').waitFor()
  const subdomain = site.split('/').at(-1)
  await expect
    .poll(() => names.sort())
    .toEqual([`${subdomain}-contact_tags.jsonl`, `${subdomain}-contacts.jsonl`])

  await page.getByLabel('CSV, as Kajabi has it').click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: /^Download/ }).click(),
  ])
  const { body } = await h.client.get('/v1/exports?kind=contacts')
  expect(await textOf(file)).toBe(body)
  expect(page.problems).toEqual([])
})
