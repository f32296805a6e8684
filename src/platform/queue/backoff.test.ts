import { expect, test, vi } from 'vitest'
import { type Backoff, doubling, JITTER, nextAttempt, pauseAfter } from './backoff.ts'

const now = new Date('2026-01-01T00:00:00Z')
const BACKOFF: Backoff = { pausesMs: doubling(1_000, 5_000), maxAttempts: 6 }

const pauses = (random: number) => {
  vi.spyOn(Math, 'random').mockReturnValue(random)
  const planned = [1, 2, 3, 4, 5].map((failures) => pauseAfter(BACKOFF, failures))
  vi.restoreAllMocks()
  return planned
}

test('pauses double up to the longest, which is repeated, and differ from it either way', () => {
  expect(doubling(1_000, 5_000)).toEqual([1_000, 2_000, 4_000, 5_000])
  expect(pauses(0.5)).toEqual([1_000, 2_000, 4_000, 5_000, 5_000])
  expect(pauses(0)).toEqual([1_000, 2_000, 4_000, 5_000, 5_000].map((ms) => ms * (1 - JITTER)))
  expect(Math.max(...pauses(1))).toBeCloseTo(5_000 * (1 + JITTER))
})

test('the last attempt has no next one, and no pause is shorter than the other side asked for', () => {
  expect(nextAttempt(BACKOFF, 5, now)).toBeInstanceOf(Date)
  expect(nextAttempt(BACKOFF, 6, now)).toBeNull()
  expect(nextAttempt({ ...BACKOFF, maxAttempts: null }, 600, now)).toBeInstanceOf(Date)
  expect(nextAttempt(BACKOFF, 1, now, 60_000)).toEqual(new Date('2026-01-01T00:01:00Z'))
})
