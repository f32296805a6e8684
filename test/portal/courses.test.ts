/** A course is built in the portal, and read by a member. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSession } from '../../src/members/sessions.ts'
import { inTransaction } from '../../src/platform/db/database.ts'
import { makeContent, makePart } from '../../src/testing/content.ts'
import { makeContact, makeOffer, offersBody, subdomainOf } from '../../src/testing/fixtures.ts'
import { openPortal, type Portal, signedIn, type Watched } from './open-portal.ts'

let portal: Portal
let page: Watched
beforeAll(async () => {
  portal = await openPortal()
  page = await signedIn(portal)
})
afterAll(() => portal?.close())

const poll = <Value>(read: () => Value | Promise<Value>) => expect.poll(read, { timeout: 20_000 })
const heading = (name: string, level = 1) => page.getByRole('heading', { level, name, exact: true })
const dialog = () => page.getByRole('dialog')
const lessonsOf = async (moduleId: string): Promise<string[]> =>
  (await portal.h.client.get(`/v1/lessons?filter[module_id]=${moduleId}`)).body.data.map(
    ({ attributes }: { attributes: { title: string } }) => attributes.title,
  )

async function addTo(button: string, title: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click()
  await dialog().getByLabel('Title').fill(title)
  await dialog().getByRole('button', { name: 'Add', exact: true }).click()
  await dialog().waitFor({ state: 'detached' })
}

/** What a member reads at a path of the site, who holds the product. */
async function readAsMember(productId: string, path: string): Promise<string> {
  const { h } = portal
  const { siteId } = h.account
  const contactId = await makeContact(h.app, siteId)
  const offer = await makeOffer(h.app, siteId, { productIds: [productId] })
  const { body } = await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offer]))
  const member = { siteId, customerId: body.meta.customer_id, previous: null, language: 'en' } as const
  const session = await inTransaction(h.app.db, (tx) =>
    startSession(tx, { ...member, now: h.app.clock.now() }),
  )
  const url = `${h.url}/s/${await subdomainOf(h.app, siteId)}${path}`
  return (await fetch(url, { headers: { cookie: `bestow_member=${session}` } })).text()
}

test('a course with two modules is built, a lesson moved by keyboard, a file uploaded, and a member sees it', async () => {
  await page.goto(`${portal.site}/products`)
  await page.getByRole('button', { name: 'New product' }).first().click()
  await dialog().getByLabel('Title').fill('Watercolour Basics')
  await dialog().getByRole('button', { name: 'Create' }).click()
  await heading('Watercolour Basics').waitFor()
  await addTo('Add a module', 'First steps')
  await addTo('Add a module', 'Going on')
  await addTo('Add a lesson in First steps', 'Paper')
  await addTo('Add a lesson in First steps', 'Washes')
  await heading('Washes', 2).waitFor()

  const paper = page.getByRole('link', { name: 'Paper' })
  await paper.focus()
  await page.keyboard.press('Alt+ArrowDown')
  await page.getByText('Paper is now lesson 2 of 2 in First steps.').waitFor({ state: 'attached' })
  await page.keyboard.press('Alt+ArrowDown')
  await page.getByText('Paper is now lesson 1 of 1 in Going on.').waitFor({ state: 'attached' })
  // The focus goes with it.
  await poll(() => page.evaluate('document.activeElement.textContent')).toBe('Paper')
  const modules = (await portal.h.client.get('/v1/modules?sort=position')).body.data
  const ids: string[] = modules.map(({ id }: { id: string }) => id)
  await poll(async () => [await lessonsOf(ids[0]!), await lessonsOf(ids[1]!)]).toEqual([
    ['Washes'],
    ['Paper'],
  ])

  await paper.click()
  await heading('Paper', 2).waitFor()
  const text = page.getByRole('textbox', { name: 'Text', exact: true })
  await text.click()
  await page.getByRole('button', { name: 'Bold' }).click()
  await page.keyboard.type('Cotton')
  await page.getByRole('combobox', { name: 'Who sees it' }).click()
  await page.getByRole('option', { name: 'Published: all members' }).click()
  // Whoever leaves what is not saved is asked.
  await page.getByRole('link', { name: 'Washes' }).click()
  await dialog().getByRole('button', { name: 'Stay' }).click()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved.').waitFor()
  // A connection that breaks off costs another press, not the file.
  await page.route('**/v1/uploads', (route) => route.abort(), { times: 1 })
  await page
    .locator('input[type=file][multiple]')
    .setInputFiles({ name: 'paper.txt', mimeType: 'text/plain', buffer: Buffer.from('300 g') })
  await page.getByText('The server cannot be reached.').waitFor()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('button', { name: 'Actions for paper.txt' }).waitFor()
  await page.unroute('**/v1/uploads')
  // An upload goes on while another page is shown, with a way back.
  const { promise: isLetGo, resolve: letGo } = Promise.withResolvers<void>()
  await page.route('**/v1/uploads', async (route) => {
    await isLetGo
    await route.continue()
  })
  await page
    .locator('input[type=file][multiple]')
    .setInputFiles({ name: 'brush.txt', mimeType: 'text/plain', buffer: Buffer.from('No. 8') })
  await page.getByRole('link', { name: 'Offers', exact: true }).click()
  await heading('Offers').waitFor()
  await page.getByRole('button', { name: '1 file is being uploaded' }).click()
  await dialog().getByRole('link', { name: 'Paper' }).click()
  await heading('Paper', 2).waitFor()
  await page
    .locator('main')
    .getByRole('button', { name: /Cancel.*brush.txt/ })
    .waitFor()
  await page.getByRole('link', { name: 'Offers', exact: true }).click()
  letGo()
  await page.getByText('brush.txt is uploaded.').waitFor()
  await page.getByRole('button', { name: /being uploaded/ }).waitFor({ state: 'detached' })
  await page.goBack()
  await page.getByRole('button', { name: 'Actions for brush.txt' }).waitFor()

  const lesson = page.url().split('/').at(-1)!
  const course = page.url().split('/').at(-3)!
  const shown = await readAsMember(course, `/products/${course}/lessons/${lesson}`)
  expect(shown).toContain('<p><strong>Cotton</strong></p>')
  expect(shown).toContain('paper.txt')
  expect(page.problems).toEqual([])
})

test('a lesson is dragged into another module, moved by a menu, archived and restored', async () => {
  const { client } = portal.h
  const course = await makeContent(client, 'courses')
  const [first, second] = [
    await makePart(client, 'modules', course),
    await makePart(client, 'modules', course),
  ]
  for (const title of ['Alpha', 'Beta']) await makePart(client, 'lessons', first, { title })
  await makePart(client, 'lessons', second, { title: 'Gamma' })
  await page.goto(`${portal.site}/products/${course}`)
  const row = (title: string) => page.locator('li.outline-row', { hasText: title })
  await row('Alpha').locator('[draggable=true], .outline-handle').first().waitFor()
  await poll(() => row('Alpha').getAttribute('draggable')).toBe('true')
  await row('Alpha')
    .locator('.outline-handle')
    .dragTo(row('Gamma'), { targetPosition: { x: 80, y: 30 } })
  await poll(async () => [await lessonsOf(first), await lessonsOf(second)]).toEqual([
    ['Beta'],
    ['Gamma', 'Alpha'],
  ])

  await page.getByRole('button', { name: 'Actions for Alpha' }).click()
  await page.getByRole('menuitem', { name: 'Move to …' }).click()
  await dialog().getByLabel('Place').click()
  await page.getByRole('option', { name: 'First' }).click()
  await dialog().getByRole('button', { name: 'Move', exact: true }).click()
  await dialog().waitFor({ state: 'detached' })
  expect(await lessonsOf(second)).toEqual(['Alpha', 'Gamma'])

  await page.getByRole('button', { name: 'Actions for Alpha' }).click()
  await page.getByRole('menuitem', { name: 'Archive' }).click()
  await dialog().getByRole('button', { name: 'Archive' }).click()
  await poll(() => lessonsOf(second)).toEqual(['Gamma'])
  await page.getByRole('button', { name: 'Undo' }).click()
  await poll(() => lessonsOf(second)).toEqual(['Alpha', 'Gamma'])
})

test('a text of which the editor would lose something is edited as code', async () => {
  const { client } = portal.h
  const course = await makeContent(client, 'courses')
  const module = await makePart(client, 'modules', course)
  const open = async (body: string) => {
    const id = await makePart(client, 'lessons', module, { body })
    await page.goto(`${portal.site}/products/${course}/lessons/${id}`)
    await page.getByRole('textbox', { name: 'Text', exact: true }).waitFor()
    return page.getByText('The text editor would lose parts').count()
  }
  const kept = `<h2>One</h2>
    <p>A <em><b>bold</b></em> <a href="https://example.com">link</a>, H<sub>2</sub>O<br>next</p>
    <ul><li>x</li><li><p>y</p></li></ul><blockquote>said</blockquote><pre>a  b</pre><hr>
    <p><img src="https://example.com/a.png" alt="A"></p>
    <iframe src="https://player.vimeo.com/video/76979871"></iframe>`
  expect(await open(kept)).toBe(0)
  for (const body of ['<table><tr><td>1</td></tr></table>', '<h1>Title</h1>', '<p>a</p><script>b()</script>'])
    expect(await open(body)).toBe(1)
})
