import { expect, test } from 'vitest'
import { parseDuration } from './clock.ts'

const [SECOND, HOUR, DAY] = [1_000, 3_600_000, 86_400_000]

test.each([
  ['45s', 45 * SECOND],
  ['90m', 1.5 * HOUR],
  ['36h', 36 * HOUR],
  ['30d', 30 * DAY],
  ['2w', 14 * DAY],
  ['1d12h', 1.5 * DAY],
  ['0d5s', 5 * SECOND],
  ['36500d', 36_500 * DAY],
])('%s is a valid duration', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds)
})

test.each(['', '0d', '30', 'd', '30 d', '-1d', '1.5d', '30D', '1y', '36501d', '1d ', 'soon', '1d-2h'])(
  '"%s" is refused with the way to write one',
  (text) => {
    expect(() => parseDuration(text)).toThrow(`"${text}" is not a length of time; write 30d`)
  },
)
