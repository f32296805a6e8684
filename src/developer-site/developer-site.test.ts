import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Harness, startHarness } from '../testing/harness.ts'
import { RecordedEvents } from '../testing/recorded-events.ts'
import { INTERNAL, SECTIONS } from './contents.ts'
import { prefersMarkdown } from './developer-site.ts'

let h: Harness
let index: string
beforeAll(async () => {
  h = await startHarness()
  index = await text('/llms.txt')
})
afterAll(() => h.close())

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(h.url + path, { headers, redirect: 'manual' })

async function text(path: string): Promise<string> {
  const response = await get(path)
  expect([path, response.status]).toEqual([path, 200])
  return response.text()
}

test('every chapter of docs/ is a page', () => {
  const files = globSync('*.md', { cwd: join(import.meta.dirname, '../../docs') })
  const shown = SECTIONS.flatMap(({ pages }) => pages.map(({ file }) => file))
  expect(files.filter((file) => !shown.includes(file)).sort()).toEqual(INTERNAL)
})

test('every page that the index lists exists, and all of their links lead somewhere', async () => {
  const listed = [...index.matchAll(/\((http[^)]+\/docs\/[^)]+)\.md\)/g)].map(([, url]) =>
    url!.slice(h.url.length),
  )
  expect(listed.length).toBeGreaterThan(200)
  const pages = new Map<string, string>()
  for (const path of ['/docs', ...listed]) pages.set(path, await text(path))
  const broken = [...pages].flatMap(([path, html]) =>
    [...html.matchAll(/href="([^"]*)"/g)]
      .map(([, href]) => href!)
      .filter((href) => !leadsSomewhere(pages, path, href))
      .map((href) => `${path}: ${href}`),
  )
  expect(broken).toEqual([])
})

const OTHERS = ['/docs/site.css', '/docs/try', '/favicon.ico', '/llms.txt', '/openapi.json', '/openapi.yaml']

function leadsSomewhere(pages: Map<string, string>, from: string, href: string): boolean {
  if (/^https?:/.test(href) || OTHERS.includes(href) || href.endsWith('.md')) return true
  const [path, anchor] = href.split('#') as [string, string?]
  const page = pages.get(path === '' ? from : path)
  return page !== undefined && (anchor === undefined || page.includes(`id="${decodeURIComponent(anchor)}"`))
}

test('the page of an operation shows what it needs, an example, its errors, and four snippets', async () => {
  const html = await text('/docs/api/addOffersToContact')
  for (const part of [
    '<h1 id="grant-offers-to-a-contact">',
    'POST /v1/contacts/{id}/relationships/offers',
    'manage:grants',
    'send_customer_welcome_email',
    'Idempotency-Key',
    '<td>422</td>',
  ])
    expect(html).toContain(part)
  for (const language of ['curl', 'JavaScript', 'Python', 'PHP'])
    expect(html).toContain(`data-tab="${language}"`)
})

test('the page of an operation lists the events that it can record, with their webhooks and automations', async () => {
  const { body } = await h.client.get('/openapi.json')
  const { operationId } = body.paths['/v1/contacts/{id}/relationships/offers'].post
  const page = await text(`/docs/api/${operationId}.md`)
  const [, effects] = /## Side effects\n(.*?)\n## /s.exec(page)!
  const rows = [...effects!.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, type, rest]) => [type, rest])
  expect(rows).toContainEqual([
    'offer_granted',
    'an offer was granted to a customer, as a gift or not | `offer_granted`, `gift_granted` | yes',
  ])
  expect(rows.map(([type]) => type)).toContain('customer_created')
  expect(effects).toContain('dry_run=true')
})

test('a request that records an event which its route does not name is found', async () => {
  const recorded = new RecordedEvents()
  const { headers } = await h.client.post('/v1/contacts', {
    data: { type: 'contacts', attributes: { email: 'ada@example.com' } },
  })
  const check = () => recorded.check(h.app.db, h.server, h.app.config)
  recorded.add(headers.get('x-request-id')!, 'POST', '/v1/contacts')
  await check()
  recorded.add(headers.get('x-request-id')!, 'POST', '/v1/products')
  await expect(check()).rejects.toThrow('POST /v1/products: contact_created')
})

test('the Markdown of an operation ends with its part of the OpenAPI document, which is complete', async () => {
  const markdown = await text('/docs/api/addOffersToContact.md')
  const [, yaml] = /````yaml [^\n]*\n([\s\S]*)````\n$/.exec(markdown)!
  const document = parse(yaml!)
  expect(Object.keys(document.paths)).toEqual(['/v1/contacts/{id}/relationships/offers'])
  for (const [, kind, name] of yaml!.matchAll(/#\/components\/(\w+)\/([\w-]+)/g))
    expect(document.components[kind!]).toHaveProperty([name!])
})

test('every chapter exists as Markdown, which names the index', async () => {
  for (const { path } of SECTIONS.flatMap(({ pages }) => pages))
    expect(await text(`/docs/${path}.md`)).toMatch(/^> ## Documentation index\n/)
})

test('the OpenAPI document is the same in YAML', async () => {
  const json = await (await get('/openapi.json')).json()
  expect(parse(await text('/openapi.yaml'))).toEqual(json)
})

test('addresses in the pages are those of the instance', async () => {
  const response = await fetch(`${h.url}/docs/getting-started.md`, { headers: { host: 'learn.example.com' } })
  const markdown = await response.text()
  expect(markdown).not.toContain('127.0.0.1:3000')
  expect(markdown).toContain('/v1/oauth/token')
})

test('an operation that is named in a text links to its page', async () => {
  expect(await text('/docs/capabilities')).toContain(
    '<a href="/docs/api/addOffersToContact"><code>POST /v1/contacts/{id}/relationships/offers</code></a>',
  )
})

test('without extensions, their operations have no pages', async () => {
  const kajabi = await startHarness({ settings: { EXTENSIONS: 'off' } })
  expect((await fetch(`${kajabi.url}/docs/api/addOffersToContact`)).status).toBe(200)
  expect((await fetch(`${kajabi.url}/docs/api/createOffer`)).status).toBe(404)
  expect((await get('/docs/api/createOffer')).status).toBe(200)
  await kajabi.close()
})

test('a page that does not exist is 404, for people and for programs', async () => {
  const html = await get('/docs/nothing')
  expect([html.status, html.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
  const markdown = await get('/docs/nothing.md')
  expect([markdown.status, markdown.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8'])
})

test('who asks for Markdown gets it at the address of the page', async () => {
  const markdown = await get('/docs/errors', { accept: 'text/markdown' })
  expect(markdown.headers.get('content-type')).toBe('text/markdown; charset=utf-8')
  expect(markdown.headers.get('vary')).toContain('Accept')
})

test.each([
  ['text/markdown', true],
  ['text/markdown, text/html;q=0.5', true],
  ['text/html,application/xhtml+xml,*/*;q=0.8', false],
  ['text/html, text/markdown;q=0.9', false],
  ['*/*', false],
  ['', false],
  ['text/markdown;q=x', false],
])('Accept: %s prefers Markdown: %s', (accept, isPreferred) => {
  expect(prefersMarkdown(accept)).toBe(isPreferred)
})

test('a search finds pages by the beginning of words, and shows what was entered as text', async () => {
  const found = await text('/docs/search?q=idempot')
  expect(found).toContain('href="/docs/guides/guarantees"')
  const results = await text('/docs/search.md?q=grant')
  expect(results).toContain('- [Grant offers to a contact](')
  expect(results).not.toMatch(/#{2} |\||curl -/)
  const shown = await text(`/docs/search?q=${encodeURIComponent('<script>alert(1)</script>')}`)
  expect(shown).not.toContain('<script>alert')
  expect(await text('/docs/search?q[]=a&q[]=b')).toContain('Enter what to search for')
})

test('the index is small, and names the address of the API', () => {
  expect(index).toMatch(/^# Bestow\n\n> /)
  expect(index).toContain(`Base URL: ${h.url}/v1`)
})

test('the pages load nothing from other servers', async () => {
  const response = await get('/docs/api/addOffersToContact')
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(await response.text()).not.toMatch(/(?:src|<link[^>]*href)="https?:/)
  for (const [file, limit] of [
    ['site.css', 15_000],
    ['site.js', 10_000],
  ] as const)
    expect(readFileSync(join(import.meta.dirname, 'assets', file)).length).toBeLessThan(limit)
})
