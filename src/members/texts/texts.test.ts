import { expect, test } from 'vitest'
import { type Language, pickLanguage, texts } from './language.ts'
import { formatDuration, formatList, translate } from './translate.ts'

const languages = Object.keys(texts) as Language[]
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()

test.each(languages)('every text is there in %s, in the same order, and none is empty', (language) => {
  expect(Object.keys(texts[language])).toEqual(Object.keys(texts.en))
  expect(Object.values(texts[language]).filter((text) => text.trim() === '')).toEqual([])
})

test.each(languages)('every text has the same placeholders in %s as in English', (language) => {
  for (const [key, text] of Object.entries(texts.en)) {
    expect(placeholders(texts[language][key] ?? ''), key).toEqual(placeholders(text))
  }
})

test('the value of a placeholder is never interpreted as a placeholder', () => {
  expect(translate('en', 'gift.text_from', { name: '{site}', site: '$& {name}' })).toBe(
    '{site} has sent you a gift at $& {name}.',
  )
})

test('an unknown text and a placeholder without a value throw', () => {
  expect(() => translate('en', 'no.such.text')).toThrow('no.such.text')
  expect(() => translate('en', 'hello_name', { name: null })).toThrow('name')
})

test('singular and plural are distinguished in both languages', () => {
  expect(translate('en', 'product.lessons', { count: 1 })).toBe('1 lesson')
  expect(translate('en', 'product.lessons', { count: 0 })).toBe('0 lessons')
  expect(translate('es', 'product.lessons', { count: 1 })).toBe('1 lección')
  expect(translate('es', 'product.lessons', { count: 1_000_000 })).toBe('1000000 lecciones')
})

test.each([
  [0, '1 second', '1 segundo'],
  [40.2, '41 seconds', '41 segundos'],
  [60, '1 minute', '1 minuto'],
  [90, '90 seconds', '90 segundos'],
  [121, '3 minutes', '3 minutos'],
  [3_600, '1 hour', '1 hora'],
  [604_800, '7 days', '7 días'],
])('%d seconds are %s', (seconds, english, spanish) => {
  expect(formatDuration('en', seconds)).toBe(english)
  expect(formatDuration('es', seconds)).toBe(spanish)
})

test('names are joined as in a sentence', () => {
  expect(formatList('en', ['A', 'B', 'C'])).toBe('A, B and C')
  expect(formatList('es', ['Agua', 'Isla'])).toBe('Agua e Isla')
})

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['es', 'es'],
  ['es-MX,es;q=0.9,en;q=0.8', 'es'],
  ['EN-gb', 'en'],
  ['de, fr;q=0.9', 'en'],
  ['de,es;q=0.5,en;q=0.4', 'es'],
  ['en;q=0.2, es;q=0.7', 'es'],
  ['es;q=0, en;q=0.1', 'en'],
  ['es;q=abc, en;q=0.1', 'en'],
  ['*', 'en'],
  ['de, *;q=0.5, es;q=0.4', 'en'],
  [`${'x,'.repeat(100_000)}es`, 'en'],
  ['constructor, __proto__', 'en'],
] as const)('a browser that asks for %s', (header, language) => {
  expect(pickLanguage(header, 'en')).toBe(language)
})

test.each([undefined, 'de', '*', 'fr, *;q=0.1'])(
  'a browser with the language %s gets the language of the site',
  (header) => {
    expect(pickLanguage(header, 'es')).toBe('es')
  },
)
