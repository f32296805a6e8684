import { describe, expect, test } from 'vitest'
import { describeProblem, describeWritten, parseEmailAddress, parseWrittenAddress } from './email-address.ts'

test.each([
  [' ADA@Example.COM\n', 'ada@example.com'],
  ['\ufeffada@example.com\u200b', 'ada@example.com'],
  ['ada@example.com\u2060\ufe0f', 'ada@example.com'],
  ['ada news@example.com', 'ada+news@example.com'],
  ['ada news x@example.com', 'ada+news+x@example.com'],
  ['ada@bücher.example', 'ada@bücher.example'],
  ['ada@BÜCHER.example', 'ada@bücher.example'],
  ['ada@xn--bcher-kva.example', 'ada@bücher.example'],
  ['ada@XN--BCHER-KVA.example', 'ada@bücher.example'],
  ['ada@bu\u0308cher.example', 'ada@bücher.example'],
  ['ada@ｅｘａｍｐｌｅ．com', 'ada@example.com'],
  ['ada@faß.de', 'ada@faß.de'],
  ['用户@例え.jp', '用户@例え.jp'],
  // Only ASCII is lower-cased in the local part: each of these is another address than it looks like.
  ['mi\u212ae@example.com', 'mi\u212ae@example.com'],
  ['JÖRG@example.com', 'jÖrg@example.com'],
  ['\u0131da@example.com', '\u0131da@example.com'],
  ['jo\u0308rg@example.com', 'jo\u0308rg@example.com'],
  // The joiner is part of this domain, and invisible.
  ['a@xn--mgba3gch31f060k.com', 'a@xn--mgba3gch31f060k.com'],
])('%j is normalised to %s, which stays the same', (given, address) => {
  expect(parseEmailAddress(given)).toBe(address)
  expect(parseEmailAddress(address)).toBe(address)
})

test.each([
  '',
  'ada',
  'ada@',
  '@example.com',
  'a@b@c',
  'ada@-example.com',
  'ada@example..com',
  'ada@example_shop.com',
  'ada@xn--a.com',
  'ada@ex%41mple.com',
  `ada@${'x'.repeat(64)}.com`,
  `${'a'.repeat(250)}@example.com`,
  'Ada <ada@example.com>',
  'ada@example.com, eve@example.com',
  'ada\ufffd@example.com',
  1815,
  null,
])('%j is invalid', (given) => {
  expect(parseEmailAddress(given)).toBe(null)
  expect(describeProblem(given)).toBe('')
})

test.each([
  ['ad\u200ba@example.com', 'U+200B ZERO WIDTH SPACE'],
  ['ada@exam\u00adple.com', 'U+00AD SOFT HYPHEN'],
  ['ada\n@example.com', 'U+000A LINE FEED'],
  ['ada @example.com', 'U+0020 SPACE'],
  ['ada\u0001@example.com', 'U+0001 (a control character)'],
  ['ada\u{e0041}@example.com', 'U+E0041 (a format character)'],
])('%j is invalid, and the error names the invisible character', (given, name) => {
  expect(parseEmailAddress(given)).toBe(null)
  expect(describeProblem(given)).toBe(`: it contains ${name}`)
})

test('a space in an address of a file is a mistake, and the error names it', () => {
  expect(parseWrittenAddress('ada news@example.com')).toBe(null)
  expect(describeWritten('ada news@example.com')).toBe(': it contains U+0020 SPACE')
  expect(parseWrittenAddress(' ADA+news@Example.com\n')).toBe('ada+news@example.com')
  expect(describeWritten(' ADA+news@Example.com\n')).toBe('')
})

describe('input of any length', () => {
  test.each(['\u200b', 'a ', ' @', 'a.', 'ü.', 'xn--'])('a megabyte of %j takes no time', (part) => {
    const start = performance.now()
    parseEmailAddress(part.repeat(1024 * 512))
    describeProblem(`a@${part.repeat(400)}`)
    parseEmailAddress(`a@${part.repeat(400)}`)
    expect(performance.now() - start).toBeLessThan(500)
  })
})
