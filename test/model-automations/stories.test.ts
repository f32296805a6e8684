import { afterAll, beforeAll, expect, test } from 'vitest'
import { storyCount } from '../depth.ts'
import { findDivergence } from './check.ts'
import { openServer, type Server } from './server.ts'

const STORIES = Number(process.env.MODEL_COUNT ?? storyCount(300, 2_000))
/** Beside each other, since each waits for its database most of the time. */
const SERVERS = 3

let servers: Server[]
beforeAll(async () => {
  servers = await Promise.all(Array.from({ length: SERVERS }, openServer))
})
afterAll(() => Promise.all(servers.map(({ h }) => h.close())))

test(`automations do what the model says, in ${STORIES} stories`, { timeout: 1_200_000 }, async () => {
  const seed = Number(process.env.MODEL_SEED ?? Date.now() % 2 ** 31)
  const found = await Promise.all(
    servers.map((server, n) => findDivergence(server, STORIES / SERVERS, seed + n)),
  )
  expect(found.filter((story) => story !== null).join('\n\n'), `MODEL_SEED=${seed}`).toBe('')
})
