import { expect, test } from 'vitest'
import '../processes.ts'
import { databaseAway, SHORT } from './database-away.ts'

test('while the database is out of reach requests are refused at once, and afterwards nothing is lost', async () => {
  const { faults } = await databaseAway(SHORT)
  expect(faults).toEqual([])
})
