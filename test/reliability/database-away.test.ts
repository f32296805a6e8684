import { expect, test } from 'vitest'
import { isTrialDue } from '../depth.ts'
import { databaseAway, SHORT } from './database-away.ts'

test.runIf(isTrialDue('database-away'))(
  'while the database is unreachable, requests are refused quickly, and no acknowledged grant is lost',
  async () => {
    const { faults } = await databaseAway(SHORT)
    expect(faults).toEqual([])
  },
)
