/** The texts of the portal are the same in both languages. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const read = (file: string): Record<string, string> =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../web/texts', file), 'utf8'))

/** The number may be left out where it is one. */
const placeholders = (key: string, text: string): string =>
  [...new Set(text.match(/\{\w+\}/g))]
    .filter((name) => !(key.endsWith('.one') && name === '{n}'))
    .sort()
    .join()

test.each([
  ['en.json', 'es.json'],
  ['sales-en.json', 'sales-es.json'],
  ['imports-en.json', 'imports-es.json'],
])('%s and %s have the same keys in the same order, and the same placeholders', (english, spanish) => {
  const [en, es] = [read(english), read(spanish)]
  expect(Object.keys(es)).toEqual(Object.keys(en))
  const differing = Object.keys(en).filter(
    (key) => placeholders(key, en[key]!) !== placeholders(key, es[key]!),
  )
  expect(differing).toEqual([])
})
