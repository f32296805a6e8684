import { afterAll, beforeAll, expect, test } from 'vitest'
import { scenarioCount } from '../depth.ts'
import { findDivergence } from './check.ts'
import { startTestServer, type TestServer } from './test-server.ts'

const SCENARIOS = Number(process.env.MODEL_COUNT ?? scenarioCount(50, 2_100))
/** Concurrently, because each waits for its database most of the time. */
const SERVERS = 3

let servers: TestServer[]
beforeAll(async () => {
  servers = await Promise.all(Array.from({ length: SERVERS }, startTestServer))
})
afterAll(() => Promise.all(servers.map(({ h }) => h.close())))

test(`automations have the effects that the model predicts, in ${SCENARIOS} scenarios`, {
  timeout: 1_200_000,
}, async () => {
  const seed = Number(process.env.MODEL_SEED ?? Date.now() % 2 ** 31)
  const found = await Promise.all(
    servers.map((server, n) => findDivergence(server, SCENARIOS / SERVERS, seed + n)),
  )
  expect(found.filter((scenario) => scenario !== null).join('\n\n'), `MODEL_SEED=${seed}`).toBe('')
})
