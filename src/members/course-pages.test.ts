/** Which lessons a member can open, and what they show. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MovableClock } from '../platform/clock/clock.ts'
import { inTransaction } from '../platform/db/database.ts'
import { makeContent, makePart } from '../testing/content.ts'
import { makeContact, makeOffer, offersBody, subdomainOf } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { startSession } from './sessions.ts'

const DAY = 86_400_000

let h: Harness
let base: string
beforeAll(async () => {
  h = await startHarness()
  const subdomain = await subdomainOf(h.app, h.account.siteId)
  base = `${h.url}/s/${subdomain}`
})
afterAll(() => h.close())

/** Somebody who holds an offer of this product and is signed in. @returns the Cookie header */
async function memberOf(productId: string): Promise<string> {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offer = await makeOffer(h.app, h.account.siteId, { productIds: [productId] })
  const { body } = await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offer]))
  const session = await inTransaction(h.app.db, (tx) =>
    startSession(tx, {
      siteId: h.account.siteId,
      customerId: body.meta.customer_id,
      previous: null,
      language: 'en',
      now: h.app.clock.now(),
    }),
  )
  return `bestow_member=${session}`
}

async function read(path: string, cookie: string) {
  const response = await fetch(base + path, { headers: { cookie }, redirect: 'manual' })
  return { status: response.status, text: await response.text() }
}

async function upload(content: string, name: string): Promise<string> {
  const form = new FormData()
  form.append('file', new Blob([content]), name)
  return (await h.client.post('/v1/uploads', form)).body.data.attributes.url
}

test('a published lesson shows its text and media to members who hold the product, and to nobody else', async () => {
  const course = await makeContent(h.client, 'courses', { title: 'Weaving' })
  const module = await makePart(h.client, 'modules', course, { title: 'Yarn' })
  const lesson = await makePart(h.client, 'lessons', module, {
    title: 'Knots',
    body: `<h2>First</h2><p>Tie <b>it</b>.</p><script>alert(1)</script><img src="${await upload('a picture', 'a.png')}">`,
  })
  await makePart(h.client, 'media', lesson, { url: 'https://youtu.be/dQw4w9WgXcQ', title: 'How to' })
  await makePart(h.client, 'media', lesson, { url: 'https://example.com/a.jpg', title: 'A knot' })
  await makePart(h.client, 'media', lesson, {
    url: await upload('the pattern', 'pattern.txt'),
    title: 'Pattern',
  })
  const path = `/products/${course}/lessons/${lesson}`
  const member = await memberOf(course)
  expect((await read(`/products/${course}`, member)).text).toContain(
    `href="${base.slice(h.url.length)}${path}"`,
  )
  const { status, text } = await read(path, member)
  expect(status).toBe(200)
  expect(text).toContain('<h2>First</h2><p>Tie <b>it</b>.</p><img src="/bestow-files/')
  expect(text).not.toContain('alert(1)')
  const [, picture] = /<img src="(\/bestow-files\/[^"]+)"/.exec(text) ?? []
  expect(await (await fetch(h.url + picture!.replaceAll('&amp;', '&'))).text()).toBe('a picture')
  expect(text).toContain(
    '<iframe class="player" src="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ" title="How to"',
  )
  expect(text).toContain('src="https://example.com/a.jpg" alt="A knot"')
  const [, file] =
    /<a class="main" href="(\/bestow-files\/[^"]+)" download>Download Pattern</.exec(text) ?? []
  expect(await (await fetch(h.url + file!.replaceAll('&amp;', '&'))).text()).toBe('the pattern')

  const other = await memberOf(await makeContent(h.client, 'courses'))
  expect((await read(path, other)).status).toBe(404)
  expect((await read(path, '')).status).toBe(303)
})

test('a file without a title is called by its name', async () => {
  const course = await makeContent(h.client, 'courses')
  const lesson = await makePart(h.client, 'lessons', await makePart(h.client, 'modules', course))
  await makePart(h.client, 'media', lesson, { url: await upload('the pattern', 'pattern & plan.txt') })
  await makePart(h.client, 'media', lesson, { url: 'https://example.com/files/A%20sheet.pdf' })
  const { text } = await read(`/products/${course}/lessons/${lesson}`, await memberOf(course))
  expect([...text.matchAll(/download>([^<]+)</g)].map(([, name]) => name)).toEqual([
    'Download pattern &amp; plan.txt',
    'Download A sheet.pdf',
  ])
})

test('drafts and archived lessons are not shown; locked ones and those of later days cannot be opened yet', async () => {
  const course = await makeContent(h.client, 'courses')
  const module = await makePart(h.client, 'modules', course)
  const hidden = await makePart(h.client, 'modules', course, { publishing_option: 'draft' })
  const lesson = (title: string, attributes: object, of = module) =>
    makePart(h.client, 'lessons', of, { title, body: `Text of ${title}`, ...attributes })
  const ids = {
    draft: await lesson('Alpha', { publishing_option: 'draft' }),
    archived: await lesson('Bravo', {}),
    ofDraft: await lesson('Charlie', {}, hidden),
    locked: await lesson('Delta', { publishing_option: 'locked' }),
    later: await lesson('Echo', { publishing_option: 'drip', drip_days: 7 }),
    open: await lesson('Foxtrot', {}),
  }
  await h.client.delete(`/v1/lessons/${ids.archived}`)
  const member = await memberOf(course)
  const open = (id: string) => read(`/products/${course}/lessons/${id}`, member)
  const { text } = await read(`/products/${course}`, member)
  expect(
    ['Alpha', 'Bravo', 'Charlie', 'Delta', 'Echo', 'Foxtrot'].filter((title) => text.includes(title)),
  ).toEqual(['Delta', 'Echo', 'Foxtrot'])
  expect(text).not.toContain(`/lessons/${ids.locked}`)
  expect(text).not.toContain(`/lessons/${ids.later}`)
  expect(text).toMatch(/Echo <span class="hint">opens on <time datetime="\d/)
  for (const id of [ids.draft, ids.archived, ids.ofDraft]) expect((await open(id)).status).toBe(404)
  for (const id of [ids.locked, ids.later]) {
    const refused = await open(id)
    expect([refused.status, refused.text.includes('Text of')]).toEqual([403, false])
    expect(refused.text).not.toContain('Your access has ended')
  }
  expect((await open(ids.locked)).text).toContain('This lesson is not open yet.')
  const [, date] = /Echo <span class="hint">opens on (<time.*?<\/time>)/.exec(text) ?? []
  expect((await open(ids.later)).text).toContain(`This lesson opens on ${date}.`)
  expect((await open(ids.later)).text).toContain('Lesson 2 of 3')
  const opened = await open(ids.open)
  expect([opened.status, opened.text.includes('Lesson 3 of 3')]).toEqual([200, true])
  await (h.app.clock as MovableClock).advance(h.app.db, 7 * DAY + 1_000)
  expect((await open(ids.later)).text).toContain('Text of Echo')
})
