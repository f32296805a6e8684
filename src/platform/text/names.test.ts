import { expect, test } from 'vitest'
import { givenName, readName, withPart } from './names.ts'

test.each([
  ['  Ada Lovelace ', 'Ada Lovelace'],
  ['Ada\r\nBcc: eve@example.com', 'Ada Bcc: eve@example.com'],
  ['\u001b[31mAda\u0007', '[31mAda'],
  ['Ada\u2028Lovelace', 'Ada Lovelace'],
  ['\ufeffE\u0301mile\u200b', '\u00c9mile'],
  ['Ada ❤\ufe0f', 'Ada ❤\ufe0f'],
  ['\u200b \n', ''],
])('%j is stored as %j', (given, name) => {
  expect(readName(given)).toBe(name)
})

test('a megabyte of spaces within a name is processed quickly', () => {
  const start = performance.now()
  expect(readName(`a${' '.repeat(1024 * 1024)}b`)).toHaveLength(1024 * 1024 + 2)
  expect(performance.now() - start).toBeLessThan(1_000)
})

test.each([
  ['Ada Lovelace', 'Ada'],
  ['Ada', 'Ada'],
  ['Jean-Luc Picard', 'Jean-Luc'],
  ['Élodie O’Brien', 'Élodie'],
  ['ada lovelace', 'ada'],
  ['محمد علي', 'محمد'],
  // Derived from an e-mail address.
  ['jane.doe+kajabi', ''],
  ['jane', ''],
  ['ada@example.com', ''],
  ['', ''],
  ['Dr. Ada Lovelace', ''],
  ['Frau Lovelace', ''],
  ['A. Lovelace', ''],
  ['Lovelace, Ada', ''],
  ['Ada & Charles', ''],
  ['ACME', ''],
  ['Acme Bread GmbH', ''],
  ['Studio 54', ''],
  ['李明', ''],
])('%j is greeted as %j', (name, given) => {
  expect(givenName(name)).toBe(given)
})

test.each([
  ['Ada Byron', 'last', 'Noel', 'Ada Noel'],
  ['Ada Byron', 'first', 'Grace', 'Grace Byron'],
  ['Ada', 'last', 'Noel', 'Ada Noel'],
  ['Noel', 'last', 'Noel', 'Noel'],
  ['', 'first', 'Ada', 'Ada'],
  ['Ada Byron King', 'last', 'Byron King', 'Ada Byron King'],
  ['Ada Byron King', 'last', 'Noel', null],
  ['Ada Byron King', 'first', 'Grace', null],
] as const)('%j with the %s name %j is %j', (name, kind, text, whole) => {
  expect(withPart(name, { kind, text })).toBe(whole)
})
