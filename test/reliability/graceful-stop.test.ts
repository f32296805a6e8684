import { expect, test } from 'vitest'
import '../processes.ts'
import { gracefulStop, SHORT } from './graceful-stop.ts'

test('a server that is stopped under load responds to every request that it has received', async () => {
  const { faults } = await gracefulStop(SHORT)
  expect(faults).toEqual([])
})
