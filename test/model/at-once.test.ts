import { afterAll, beforeAll, expect, test } from 'vitest'
import { examine } from '../../src/operations/doctor/examine.ts'
import { storyCount } from '../depth.ts'
import { check } from './check.ts'
import { openTheatre, type Theatre } from './server/theatre.ts'
import { someAtOnce } from './stories.ts'

const STORIES = storyCount(80, 500)

let theatre: Theatre
beforeAll(async () => {
  theatre = await openTheatre()
})
afterAll(() => theatre.h.close())

test(
  `requests at once do what the model says of them in some order, in ${STORIES} stories`,
  {
    timeout: 1_200_000,
  },
  () => check(theatre, { stories: someAtOnce, count: STORIES }),
)

test('after all stories, everything that must be true of the database is true', async () => {
  expect((await examine(theatre.h.app)).filter(({ violations }) => violations !== 0)).toEqual([])
})
