import { afterAll, beforeAll, test } from 'vitest'
import { storyCount } from '../depth.ts'
import { check } from './check.ts'
import { openTheatre, type Theatre } from './server/theatre.ts'
import { oneAfterAnother } from './stories.ts'

const STORIES = storyCount(200, 1_500)

let theatre: Theatre
beforeAll(async () => {
  theatre = await openTheatre()
})
afterAll(() => theatre.h.close())

test(`requests one after another do what the model says, in ${STORIES} stories`, { timeout: 1_200_000 }, () =>
  check(theatre, { stories: oneAfterAnother, count: STORIES }),
)
