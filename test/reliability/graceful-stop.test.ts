import { expect, test } from 'vitest'
import '../processes.ts'
import { gracefulStop, SHORT } from './graceful-stop.ts'

test('a server that is asked to stop under load answers every request that it was sent', async () => {
  const { faults } = await gracefulStop(SHORT)
  expect(faults).toEqual([])
})
