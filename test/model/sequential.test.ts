import { afterAll, beforeAll, test } from 'vitest'
import { scenarioCount } from '../depth.ts'
import { check } from './check.ts'
import { sequentialScenarios } from './scenarios.ts'
import { startTestServer, type TestServer } from './server/test-server.ts'

const SCENARIOS = scenarioCount(60, 1_500)

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.h.close())

test(
  `sequential requests have the effects that the model predicts, in ${SCENARIOS} scenarios`,
  { timeout: 3_600_000 },
  () => check(server, { scenarios: sequentialScenarios, count: SCENARIOS }),
)
