import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { fullSample } from '../templates/samples.ts'
import { compileLayout } from './build.ts'
import { fillLayout, htmlOf, type LayoutSlots } from './index.ts'

const slots = {
  language: 'en' as const,
  site: fullSample.site,
  preheader: 'In short',
  heading: 'A heading',
  body: '<p>Words</p>',
  button: 'Open',
  link_url: 'https://site.example/enter/1?a=1&b=2',
  footer: '<p>Why</p>',
}

const renderLayout = (filled: LayoutSlots) => htmlOf(fillLayout(filled))

test('layout.html is what layout.mjml compiles to', async () => {
  expect(await readFile(new URL('./layout.html', import.meta.url), 'utf8')).toBe(await compileLayout())
})

test('the document has no other URLs than the link, the site and its logo', () => {
  const logo_url = 'https://cdn.example/logo.png'
  const html = renderLayout({ ...slots, site: { ...slots.site, logo_url } })
  const addresses = [...html.matchAll(/ (?:src|href|background)="([^"]*)"/g)].map((match) => match[1])
  expect(new Set(addresses)).toEqual(
    new Set([slots.site.url, logo_url, 'https://site.example/enter/1?a=1&amp;b=2']),
  )
  expect(html).not.toMatch(/<link|<script|@import|@font-face|url\(/)
})

test('fragments are inserted unchanged, and every other slot is escaped', () => {
  const html = renderLayout({
    ...slots,
    heading: '<b>&',
    button: '<i>',
    preheader: '"<u>',
    footer: '<p>&amp;</p>',
  })
  expect(html).toContain('<p>Words</p>')
  expect(html).toContain('<p>&amp;</p>')
  expect(html).toContain('&lt;b&gt;&amp;')
  expect(html).not.toMatch(/<b>|<i>|<u>/)
})

test('without a logo the title of the site is shown instead', () => {
  expect(renderLayout(slots)).toMatch(/>Quiet Kitchen<\/a>/)
  expect(renderLayout(slots)).not.toContain('<img')
})

test('a logo has the title as its alternative text', () => {
  const html = renderLayout({ ...slots, site: { ...slots.site, logo_url: 'https://cdn.example/logo.png' } })
  expect(html).toContain('<img src="https://cdn.example/logo.png" alt="Quiet Kitchen"')
})

test.each(['javascript:alert(1)', 'data:image/png;base64,AA', 'file:///etc/passwd', 'logo.png'])(
  'a logo at %s is not shown',
  (logo_url) => {
    expect(renderLayout({ ...slots, site: { ...slots.site, logo_url } })).not.toContain('<img')
  },
)

test("the site's color is used, and both light and dark mode are declared", () => {
  const html = renderLayout(slots)
  expect(html).toContain('#0f766e')
  expect(html).toContain('<meta name="color-scheme" content="light dark">')
  expect(html).toContain('@media (prefers-color-scheme: dark)')
})
