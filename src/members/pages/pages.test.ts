import { expect, test } from 'vitest'
import { PLAYER_HOSTS } from '../../catalogue/courses/embed-url.ts'
import { PUBLIC_PAGES, renderPage } from './render-page.ts'
import { DIRECTORY, sampleFrame, samplePages } from './samples.ts'
import type { Language, PageFrame, PageName } from './views.ts'

interface Tag {
  name: string
  attributes: Record<string, string>
}

const names = Object.keys(samplePages('')) as PageName[]
const languages: Language[] = ['en', 'es']
const ELEMENTS =
  'html head meta title link body a header nav main footer section article div span p h1 h2 h3 ul ol li strong br ' +
  'blockquote form label input button img script iframe video audio track textarea select option fieldset legend ' +
  'time progress dl dt dd table thead tbody tfoot tr th td'
const ATTRIBUTES =
  'lang charset name content rel href class id method action formaction novalidate type value for autocomplete ' +
  'required minlength pattern readonly autofocus autocapitalize autocorrect spellcheck tabindex role alt src height ' +
  'loading defer download rows checked selected data-bestow-form aria-label aria-labelledby aria-describedby ' +
  'aria-invalid aria-hidden aria-current aria-live title allow referrerpolicy controls preload datetime kind ' +
  'srclang label default max data-print scope'

/** Parses a document strictly: everything except whole tags and text without angle brackets fails. */
function readTags(html: string): Tag[] {
  const tags: Tag[] = []
  const rest = html
    .replace(/^<!doctype html>/, '')
    .replace(/<\/?([a-z0-9]+)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*>/g, (tag, name, attributes) => {
      if (!tag.startsWith('</')) tags.push({ name, attributes: readAttributes(attributes) })
      return ''
    })
  expect(rest).not.toMatch(/[<>]/)
  return tags
}

function readAttributes(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([a-z-]+)(?:="([^"]*)")?/g)].map(([, name, value]) => [name, value ?? '']),
  )
}

function eachPage(
  text: string,
  check: (html: string, tags: Tag[], page: string) => void,
  change: Partial<PageFrame> = {},
) {
  for (const language of languages) {
    for (const name of names) {
      for (const view of samplePages(text)[name]) {
        const html = renderPage(name, view as never, sampleFrame(text, { language, ...change }))
        check(html, readTags(html), `${name} in ${language}`)
      }
    }
  }
}

const select = (tags: Tag[], ...names: string[]) => tags.filter(({ name }) => names.includes(name))

test.each([
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  `' onmouseover='alert(1)`,
  '" autofocus onfocus="alert(1)',
  '</title><style>*{display:none}</style>',
  'javascript:alert(1)',
  '&lt;b&gt; &amp;',
  '<!-- <b>',
])('the markup %s is escaped on every page', (text) => {
  const escaped = text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&#34;')
    .replace(/'/g, '&#39;')
  eachPage(text, (html, tags, page) => {
    expect(html, page).toContain(escaped)
    expect(html.replaceAll(escaped, ''), page).not.toMatch(/alert\(|display:none|&lt;b/)
    const elements = new Set(tags.map(({ name }) => name))
    const attributes = new Set(tags.flatMap((tag) => Object.keys(tag.attributes)))
    expect(
      [...elements].filter((name) => !ELEMENTS.split(' ').includes(name)),
      page,
    ).toEqual([])
    expect(
      [...attributes].filter((name) => !ATTRIBUTES.split(' ').includes(name)),
      page,
    ).toEqual([])
  })
})

test.each(['{{ csrf }}', '{% render "parts/csrf" %}', '{site}', '$& $1'])(
  'the code %s in names is shown and never run',
  (text) => {
    eachPage(text, (html, _tags, page) => {
      expect(html, page).toContain(text.replaceAll('&', '&amp;').replaceAll('"', '&#34;'))
    })
  },
)

test('no name can change the direction of the surrounding sentence', () => {
  eachPage('Eve\u202e\u2066\u0000', (html, _tags, page) => {
    // A typed password is returned unchanged.
    expect(html.replace(/ name="password" type="text" value="[^"]*"/, ''), page).not.toMatch(
      /[\u0000\u202e\u2066]/,
    )
  })
})

test('every form has the CSRF token and posts below the base of its site', () => {
  eachPage('Robin', (html, _tags, page) => {
    const forms = [...html.matchAll(/<form ([^>]*)>([\s\S]*?)<\/form>/g)]
    for (const [, attributes = '', inside = ''] of forms) {
      const { method, action } = readAttributes(attributes)
      expect(method, page).toBe('post')
      expect(action, page).toMatch(/^\/s\/northlight\/[a-z]/)
      expect(inside.match(/<input type="hidden" name="_csrf" value="Robin">/g), page).toHaveLength(1)
      for (const { attributes } of readTags(inside)) {
        if ('formaction' in attributes) expect(attributes.formaction).toMatch(/^\/s\/northlight\/[a-z]/)
      }
    }
    expect(html.match(/<(?:input|button)/g)?.length ?? 0).toBe(
      forms.flatMap(([form]) => form.match(/<(?:input|button)/g) ?? []).length,
    )
  })
})

test.each(['', '/s/northlight'])('with the base %j, every address stays below it', (base) => {
  eachPage(
    'Robin',
    (_html, tags, page) => {
      const addresses = tags
        .flatMap(({ attributes }) => [attributes.href, attributes.action, attributes.formaction])
        .filter((address) => address !== undefined)
        .filter((address) => address !== DIRECTORY)
      expect(
        addresses.filter(
          (address) =>
            !address.startsWith('#') && !(address.startsWith(`${base}/`) && !address.startsWith('//')),
        ),
        page,
      ).toEqual([])
    },
    { base },
  )
})

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', ''])(
  'no page has a link to %j',
  (path) => {
    expect(() => renderPage('message', { about: 'signed_out', path }, sampleFrame('', { base: '' }))).toThrow(
      'below the base',
    )
  },
)

test('no page has inline scripts, styles or event handlers, and nothing loads from another origin', () => {
  eachPage('https://elsewhere.example/picture.jpg', (html, tags, page) => {
    expect(select(tags, 'style', 'object', 'base'), page).toEqual([])
    const players = select(tags, 'iframe').map(({ attributes }) => new URL(attributes.src!).origin)
    expect(
      players.filter((origin) => !PLAYER_HOSTS.includes(origin)),
      page,
    ).toEqual([])
    expect(
      select(tags, 'script').map(({ attributes }) => attributes.src?.replace(/\?v=\w+$/, '')),
      page,
    ).toEqual([
      '/s/northlight/assets/members.js',
      ...(page.startsWith('form in') ? ['/s/northlight/assets/form.js'] : []),
    ])
    expect(html, page).toMatch(/<script [^>]*><\/script>/)
    expect(
      tags.filter(({ attributes }) => Object.keys(attributes).some((name) => /^on|^style$/.test(name))),
      page,
    ).toEqual([])
    expect(
      select(tags, 'link').map(({ attributes }) => attributes.rel),
      page,
    ).toEqual(['stylesheet', 'stylesheet'])
    expect(
      select(tags, 'img').every(
        ({ attributes }) => attributes.src === 'https://elsewhere.example/picture.jpg',
      ),
      page,
    ).toBe(true)
  })
})

test('every page has one heading, one main part, its language, a title, and is not indexed', () => {
  eachPage('Robin', (html, tags, page) => {
    expect(select(tags, 'h1'), page).toHaveLength(1)
    expect(select(tags, 'main'), page).toHaveLength(1)
    expect(tags[0]?.attributes.lang, page).toBe(page.slice(-2))
    expect(html, page).toMatch(/<title>\S.+ · Robin<\/title>/)
    const isPublic = PUBLIC_PAGES.some((name) => page.startsWith(`${name} in`))
    expect(html.includes('<meta name="robots" content="noindex">'), page).toBe(!isPublic)
    expect(html, page).not.toMatch(/undefined|null|\[object| ,| \./)
  })
})

test('every field has a label, and its description is on the page once', () => {
  eachPage('Robin', (_html, tags, page) => {
    const ids = tags.map(({ attributes }) => attributes.id).filter((id) => id !== undefined)
    expect(ids.length, page).toBe(new Set(ids).size)
    const labelled = select(tags, 'label').map(({ attributes }) => attributes.for)
    for (const { attributes } of select(tags, 'input', 'textarea', 'select')) {
      if (attributes.type !== 'hidden' && !attributes['aria-hidden'])
        expect(labelled, page).toContain(attributes.id)
      for (const id of attributes['aria-describedby']?.split(' ') ?? []) expect(ids, page).toContain(id)
    }
  })
})
