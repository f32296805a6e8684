import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { readCsv } from './read-csv.ts'
import { readDate } from './read-date.ts'
import { knownNames, readNames, writeNames } from './read-names.ts'

const count = (header: string[]) => header.filter((name) => ['Email', 'Name'].includes(name)).length

/** In pieces of a few bytes, as a network may deliver them. */
async function read(bytes: string | Uint8Array, size = 3) {
  const buffer = Buffer.from(bytes)
  const pieces = Array.from({ length: Math.ceil(buffer.length / size) }, (_, i) =>
    buffer.subarray(i * size, (i + 1) * size),
  )
  const rows = []
  for await (const row of readCsv(Readable.from(pieces), count)) rows.push(row)
  return rows
}

describe('a CSV file', () => {
  test.each([
    ['UTF-8', Buffer.from('Email,Name\na@b.c,Zoë €\n')],
    ['UTF-8 with a byte order mark', Buffer.from('\ufeffEmail,Name\na@b.c,Zoë €\n')],
    ['Windows-1252', Buffer.from([...Buffer.from('Email,Name\na@b.c,Zo'), 0xeb, 0x20, 0x80, 0x0a])],
    ['UTF-16', Buffer.from('\ufeffEmail,Name\na@b.c,Zoë €\n', 'utf16le')],
    ['old line breaks', Buffer.from('Email,Name\ra@b.c,Zoë €\r')],
  ])('in %s is read', async (_, bytes) => {
    expect((await read(bytes)).map(({ cells }) => cells)).toEqual([
      ['Email', 'Name'],
      ['a@b.c', 'Zoë €'],
    ])
  })

  test.each([',', ';', '\t'])('with the delimiter %j is read', async (delimiter) => {
    const text =
      ['Email', 'Name', 'A; B, C'].join(delimiter) === '' ? '' : `Email${delimiter}Name\r\na${delimiter}b\r\n`
    expect((await read(text)).map(({ cells }) => cells)).toEqual([
      ['Email', 'Name'],
      ['a', 'b'],
    ])
  })

  test('knows the line where each row begins, after breaks within quotes and lines that are empty', async () => {
    const rows = await read('Email,Name\r\n\r\n"a\r\nb\r\nc",d\r\ne,"f\n"\ng\n,,\nh,i,j\n')
    expect(rows.map(({ cells, line }) => [line, cells])).toEqual([
      [1, ['Email', 'Name']],
      [3, ['a\nb\nc', 'd']],
      [6, ['e', 'f\n']],
      [8, ['g']],
      [10, ['h', 'i', 'j']],
    ])
  })

  test('whose quote is not closed is refused with its line', async () => {
    await expect(read('Email,Name\na,"b\nc,d\n')).rejects.toMatchObject({
      status: 400,
      code: 'malformed_csv',
      message: expect.stringContaining('quote is not closed'),
    })
  })
})

test.each([
  [
    'a header without an end',
    `Email,${'x'.repeat(1_100_000)}\na,b\n`,
    /^The header is longer than 1,000,000 characters/,
  ],
  [
    'a row without an end',
    `Email,Name\na,b\n${'x'.repeat(1_100_000)}\n`,
    /^A row is longer than .* at line 3/,
  ],
  ['JSON Lines', '{"type":"contacts","id":"1"}\n', /is JSON, and imports read CSV/],
  ['a list in JSON', '[\n  {"email": "a@b.c"}]\n', /is JSON, and imports read CSV/],
  ['a workbook', 'PK\u0003\u0004\u0000,\n', /workbook or a zip archive/],
])('%s is refused with what to do', async (_, text, words) => {
  await expect(read(text, 60_000)).rejects.toMatchObject({
    status: 400,
    message: expect.stringMatching(words),
  })
})

describe('a date', () => {
  const dates = { order: 'month_first', zone: 'America/New_York' } as const
  test.each([
    ['2020-11-05 11:10:44 -0700', '2020-11-05T18:10:44.000Z'],
    ['2020-11-05 11:10:44 UTC', '2020-11-05T11:10:44.000Z'],
    ['2020-11-05T11:10:44Z', '2020-11-05T11:10:44.000Z'],
    ['2020-11-05 11:10', '2020-11-05T16:10:00.000Z'],
    ['Nov 28, 2025', '2025-11-28T05:00:00.000Z'],
    ['November 28, 2025 3:04 PM', '2025-11-28T20:04:00.000Z'],
    ['28 Nov 2025', '2025-11-28T05:00:00.000Z'],
    ['3/12/25 13:05', '2025-03-12T17:05:00.000Z'],
    ['13/12/25', '2025-12-13T05:00:00.000Z'],
    ['12/13/2025', '2025-12-13T05:00:00.000Z'],
    ['3.12.2025', '2025-12-03T05:00:00.000Z'],
    ['7/4/25 12:30 am', '2025-07-04T04:30:00.000Z'],
  ])('%s is %s in New York', (text, time) => {
    expect(readDate(text, dates)?.toISOString()).toBe(time)
  })

  test('with the day first is read as such when that is chosen', () => {
    expect(readDate('3/12/25', { ...dates, order: 'day_first' })?.toISOString()).toBe(
      '2025-12-03T05:00:00.000Z',
    )
  })

  test.each(['', 'yesterday', '2/30/25', '13/13/25', 'Foo 3, 2025', '25/12', '2025-02-30'])(
    '%j is none',
    (text) => {
      expect(readDate(text, dates)).toBeNull()
    },
  )
})

describe('names in a cell', () => {
  const known = knownNames(['A, B', 'A', 'C'])
  const trusted = knownNames(['X'])
  test.each([
    ['A, B, C', ['A, B', 'C'], false],
    ['a,  b', ['a, b'], false],
    ['A, X', ['A', 'X'], false],
    ['X, Y', ['X', 'Y'], false],
    ['Y, Z', ['Y', 'Z'], true],
    ['Y, A, Z', ['Y', 'A', 'Z'], false],
    ['A, A, C', ['A', 'C'], false],
    ['"Y, Z", X', ['Y, Z', 'X'], false],
    ['"say ""hi""", 5" pot', ['say "hi"', '5" pot'], false],
    ['"open, A', ['"open', 'A'], false],
    ['', [], false],
  ])('%j are %j', (cell, names, isAmbiguous) => {
    const read = readNames(cell, known, trusted)
    expect(read.names).toEqual(names)
    expect(read.ambiguous !== null).toBe(isAmbiguous)
  })

  test('are ambiguous when a known name consists of known names', () => {
    expect(readNames('A, C', knownNames(['A', 'C', 'A, C']), trusted)).toEqual({
      names: ['A, C'],
      ambiguous: '"A, C"',
    })
  })

  test.each([[['A, B', '"x"', 'plain', '5" pot']], [['Z']], [[]]])(
    '%j are written so that they are read',
    (names) => {
      const nothing = knownNames([])
      expect(readNames(writeNames(names), nothing, knownNames(names))).toEqual({ names, ambiguous: null })
    },
  )

  test('are read in linear time', () => {
    const cell = Array.from({ length: 20_000 }, (_, index) => `n${index}`).join(', ')
    expect(readNames(cell, known, trusted).names).toHaveLength(20_000)
    expect(readNames('"a'.repeat(20_000), known, trusted).names).toHaveLength(1)
  })
})
