import { afterAll, beforeAll, expect, test } from 'vitest'
import { examine } from '../../src/operations/doctor/examine.ts'
import { scenarioCount } from '../depth.ts'
import { check } from './check.ts'
import { concurrentScenarios } from './scenarios.ts'
import { startTestServer, type TestServer } from './server/test-server.ts'

const SCENARIOS = scenarioCount(15, 500)

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.h.close())

test(
  `concurrent requests have the effects that the model predicts for one of their orders, in ${SCENARIOS} scenarios`,
  {
    timeout: 3_600_000,
  },
  () => check(server, { scenarios: concurrentScenarios, count: SCENARIOS }),
)

test('after all scenarios, no invariant of the database is violated', async () => {
  expect((await examine(server.h.app)).filter(({ violations }) => violations !== 0)).toEqual([])
})
