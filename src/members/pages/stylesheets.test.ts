import { expect, test } from 'vitest'
import { contrast } from '../../emails/layout/palette.ts'
import { membersStylesheet, renderPage } from './render-page.ts'
import { sampleFrame } from './samples.ts'
import { siteStylesheet } from './site-stylesheet.ts'

const CARDS = { light: '#ffffff', dark: '#1f1f23' }
const COLORS = [
  '#000000',
  '#ffffff',
  '#fde047',
  '#111827',
  '#0f766e',
  '#1e3a8a',
  '#ff0000',
  '#777777',
  '#e8590c',
]
const everyTone = Array.from({ length: 64 }, (_, i) => `#${(i * 4).toString(16).padStart(2, '0').repeat(3)}`)

/** The value of a custom property, in light and in dark mode. */
function valuesOf(name: string, stylesheet: string): { light: string; dark: string } {
  const [light = '', dark = ''] = [...stylesheet.matchAll(new RegExp(`${name}: (#[0-9a-f]{6})`, 'g'))].map(
    ([, color]) => color ?? '',
  )
  return { light, dark }
}

test.each([...COLORS, ...everyTone, null, 'nonsense'])(
  'with the color %s, buttons and links are readable',
  (color) => {
    const stylesheet = siteStylesheet(color)
    const [fill, onFill, link] = ['--fill', '--on-fill', '--link'].map((name) => valuesOf(name, stylesheet))
    for (const scheme of ['light', 'dark'] as const) {
      expect(contrast(onFill![scheme], fill![scheme])).toBeGreaterThanOrEqual(4.5)
      expect(contrast(link![scheme], CARDS[scheme])).toBeGreaterThanOrEqual(4.5)
    }
  },
)

test.each(['--ink', '--text', '--muted', '--bad', '--good'])(
  '%s is readable on the card and on the page',
  (name) => {
    const words = valuesOf(name, membersStylesheet)
    const [card, page] = [valuesOf('--card', membersStylesheet), valuesOf('--page', membersStylesheet)]
    expect(card).toEqual(CARDS)
    for (const scheme of ['light', 'dark'] as const) {
      expect(contrast(words[scheme], card[scheme])).toBeGreaterThanOrEqual(4.5)
      expect(contrast(words[scheme], page[scheme])).toBeGreaterThanOrEqual(4.5)
    }
  },
)

test('the edges of fields stand out from the card', () => {
  const edges = valuesOf('--edge', membersStylesheet)
  expect(contrast(edges.light, CARDS.light)).toBeGreaterThanOrEqual(3)
  expect(contrast(edges.dark, CARDS.dark)).toBeGreaterThanOrEqual(3)
})

test('the stylesheets load no other resources', () => {
  expect(membersStylesheet + siteStylesheet('#123456')).not.toMatch(/url\(|@import|@font-face/)
})

test.each(['red;}*{display:none}', '</style><script>', '#fff;background:url(x)'])(
  'the color %s adds nothing to the stylesheet',
  (color) => {
    expect(siteStylesheet(color)).toBe(siteStylesheet(null))
  },
)

test("the URL of the site's stylesheet changes with its color", () => {
  const address = (color: string) => {
    const site = { title: 'Northlight', color, logo_url: null, time_zone: 'UTC' }
    const html = renderPage('link_sent', { email: '', valid_seconds: 60 }, sampleFrame('', { site }))
    return html.match(/href="(\/s\/northlight\/assets\/site\.css\?v=[0-9a-f]{10})"/)?.[1]
  }
  expect(address('#ff0000')).toMatch(/./)
  expect(address('#ff0000')).not.toBe(address('#00ff00'))
})
