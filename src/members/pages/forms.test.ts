import { expect, test } from 'vitest'
import { productsToList } from '../../platform/text/titles.ts'
import { renderPage } from './render-page.ts'
import { sampleFrame, samplePages } from './samples.ts'

const frame = sampleFrame('Northlight', { member: null })
const [, empty] = samplePages('robin@example.com').welcome

test('a mistake is shown in an alert with a link to its field, and at the field', () => {
  const html = renderPage('welcome', { ...empty!, errors: [{ field: 'password', code: 'too_short' }] }, frame)
  expect(html).toMatch(/role="alert"[\s\S]*<a href="#password">This password is too short/)
  expect(html).toMatch(
    /<input id="password"[^>]* aria-invalid="true" aria-describedby="password-hint password-error"/,
  )
  expect(html).toMatch(/<p class="error" id="password-error">This password is too short/)
  expect(html).toContain('<title>Error: ')
})

test('a page without mistakes has no alert', () => {
  expect(renderPage('welcome', empty!, frame)).not.toMatch(/role="alert"|aria-invalid/)
})

test('a typed password is returned unchanged, and readable only on request', () => {
  const value = '  two  spaces " & <b> \u00e9 '
  const shown = renderPage(
    'welcome',
    { ...empty!, password: { value, is_revealed: true, strength: 'good' } },
    frame,
  )
  expect(shown).toContain('type="text" value="  two  spaces &#34; &amp; &lt;b&gt; \u00e9 "')
  expect(shown).toContain('name="reveal" value="no"')
  const hidden = renderPage(
    'welcome',
    { ...empty!, password: { value, is_revealed: false, strength: null } },
    frame,
  )
  expect(hidden).toContain('name="password" type="password" value="  two  spaces')
  expect(hidden).toContain('name="reveal" value="yes"')
})

test('Enter in a new password saves it: the first button of the form is not the one that shows it', () => {
  const html = renderPage('welcome', empty!, frame)
  expect(html.match(/<button[^>]*>/)?.[0]).toBe('<button class="enter" tabindex="-1" aria-hidden="true">')
})

test('autocomplete attributes state which password is new, which is current, and the user name', () => {
  const [account] = samplePages('robin@example.com').account
  const html = renderPage('account', account!, frame)
  expect(html).toMatch(/name="password"[^>]* autocomplete="new-password"/)
  expect(html).toMatch(/name="current_password"[^>]* autocomplete="current-password"/)
  expect(html).toMatch(/name="username" autocomplete="username" value="robin@example.com"/)
})

test('a form for a member without a password has no field for the current one', () => {
  const [, first] = samplePages('robin@example.com').account
  expect(renderPage('account', first!, frame)).not.toContain('current-password')
})

test('a link can be requested with the address that was typed for signing in', () => {
  const html = renderPage('sign_in', { email: '', next: '/account', errors: [] }, frame)
  expect(html).toContain('name="purpose" value="sign_in" formaction="/s/northlight/request-link"')
  expect(html).toContain('<input type="hidden" name="next" value="/account">')
})

test('an offer is not listed as its own content', () => {
  expect(productsToList('Watercolour Basics', ['watercolour  basics '])).toEqual([])
  expect(productsToList('Bundle', ['Bundle', 'Extra'])).toEqual(['Bundle', 'Extra'])
})

test('a picture served by this server is shown; any other relative path is not', () => {
  const [lesson] = samplePages('Robin').lesson
  const shown = (url: string) =>
    renderPage(
      'lesson',
      { ...lesson!, media: [{ kind: 'image', url, title: 'Hills', embed_url: null, captions: [] }] },
      frame,
    )
  expect(shown('/demo/hills.svg')).toContain('src="/demo/hills.svg" alt="Hills"')
  for (const url of ['/demo/../v1/me', '/demo/x.svg?y', '//demo/hills.svg', '/s/northlight/sign-out'])
    expect(shown(url)).not.toContain('<img')
})

test('a product that opens later shows the date, and has no link and no lessons', () => {
  const access = { offers: [], since: '2027-01-01', until: null, is_open: false }
  const product = {
    ...{ path: '/products/7', title: 'Later', description: null, picture_url: null, access },
    progress: null,
  }
  const library = renderPage(
    'library',
    { notice: null, products: [product], ended: [] },
    sampleFrame('Northlight'),
  )
  expect(library).toMatch(/Opens on <time [^>]*>1 January 2027</)
  expect(library).not.toContain('/products/7')
  const lesson = { title: 'Secret', path: '/products/7/lessons/1', opens_at: null, is_complete: false }
  const view = {
    ...product,
    ...{ text: null, notice: null, certificate: null },
    modules: [{ title: 'One', lessons: [lesson] }],
    resume: { ...lesson, is_start: true },
  }
  expect(renderPage('product', view, frame)).not.toContain('Secret')
})

test.each(['javascript:alert(1)', 'http://a.example/a.png', 'data:image/png;base64,AA', '//a.example/a.png'])(
  'neither a logo nor a picture at %s is loaded',
  (url) => {
    const dressed = sampleFrame('Northlight', {
      site: { title: 'Northlight', color: null, logo_url: url, time_zone: 'UTC' },
    })
    const product = { ...samplePages('Robin').library[0]!.products[0]!, picture_url: url }
    expect(renderPage('library', { notice: null, products: [product], ended: [] }, dressed)).not.toContain(
      '<img',
    )
  },
)

test('a logo has the title as its alternative text', () => {
  const site = {
    title: 'Northlight',
    color: null,
    logo_url: 'https://cdn.example/logo.png',
    time_zone: 'UTC',
  }
  expect(renderPage('message', { about: 'signed_out', path: '/' }, { ...frame, site })).toContain(
    '<img src="https://cdn.example/logo.png" alt="Northlight"',
  )
})

test('a page can be shown without a site', () => {
  const site = { title: '', color: null, logo_url: null, time_zone: 'UTC' }
  const html = renderPage(
    'problem',
    { about: 'not_found', path: '/', wait_seconds: null, request_id: null },
    { ...frame, site, base: '' },
  )
  expect(html).toContain('<title>Page not found</title>')
})
