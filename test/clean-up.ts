/** Runs for each test file: after its tests, nothing that they have started is left, also when one was interrupted. */
import { afterAll } from 'vitest'
import { cleanUp } from './processes.ts'
import { removeServers } from './reliability/postgres.ts'

afterAll(async () => {
  await cleanUp()
  await removeServers()
})
