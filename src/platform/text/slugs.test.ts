import { expect, test } from 'vitest'
import { slugOf } from './slugs.ts'

test.each([
  ['Northlight Studio', 'northlight-studio'],
  ['Écolé du Café 2', 'ecole-du-cafe-2'],
  ['E\u0301cole\u0301 du Cafe\u0301 2', 'ecole-du-cafe-2'],
  ['Über Kunst & Ölbild', 'uber-kunst-olbild'],
  ['Año Nuevo — ¡ÁNIMO!', 'ano-nuevo-animo'],
  ['Große Straße', 'grosse-strasse'],
  ['Łódź, Øresund', 'lodz-oresund'],
  ['iPhone APIs', 'iphone-apis'],
  ['Мой курс', 'moy-kurs'],
  ['--- ', ''],
])('the slug of %j is %j', (title, slug) => {
  expect(slugOf(title, 63)).toBe(slug)
})

test('a slug is cut to the longest that it can be, and does not end with a hyphen', () => {
  expect(slugOf('Northlight Studio', 11)).toBe('northlight')
  expect(slugOf('x'.repeat(100), 63)).toBe('x'.repeat(63))
})
