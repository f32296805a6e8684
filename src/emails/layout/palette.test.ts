import { expect, test } from 'vitest'
import { contrast, palettesFor } from './palette.ts'

const colors = [
  '#000000',
  '#ffffff',
  '#fde047',
  '#111827',
  '#0f766e',
  '#1e3a8a',
  '#ff0000',
  '#777777',
  '#1f1f23',
]

test.each(colors)('with %s, the button stands out and all words are readable', (color) => {
  for (const [card, palette] of [
    ['#ffffff', palettesFor(color).light],
    ['#1f1f23', palettesFor(color).dark],
  ] as const) {
    expect(contrast(palette.fill, card)).toBeGreaterThanOrEqual(1.4)
    expect(contrast(palette.link, card)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(palette.on_fill, palette.fill)).toBeGreaterThanOrEqual(4)
  }
})

test('a color with enough contrast is kept unchanged', () => {
  expect(palettesFor('#0F766E').light.fill).toBe('#0f766e')
  expect(palettesFor('#0F766E').dark.fill).toBe('#0f766e')
})

test('a three-digit color means the same as the six-digit one', () => {
  expect(palettesFor('#d33')).toEqual(palettesFor('#dd3333'))
})

test.each([null, '', 'red', '#12', 'url(https://a.example)', '#fff;background:url(x)', '{{ 1 }}'])(
  'the color %s is invalid',
  (color) => {
    expect(palettesFor(color)).toEqual(palettesFor('#3b5bdb'))
  },
)
