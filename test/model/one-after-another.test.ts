import { afterAll, beforeAll, test } from 'vitest'
import { check } from './check.ts'
import { openTheatre, type Theatre } from './server/theatre.ts'
import { oneAfterAnother } from './stories.ts'

let theatre: Theatre
beforeAll(async () => {
  theatre = await openTheatre()
})
afterAll(() => theatre.h.close())

test('requests one after another do what the model says, in 1,500 stories', { timeout: 1_200_000 }, () =>
  check(theatre, { stories: oneAfterAnother, count: 1_500 }),
)
