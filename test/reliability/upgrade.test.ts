import { expect, test } from 'vitest'
import { isControlDue, isTrialDue } from '../depth.ts'
import { upgrade } from './upgrade.ts'

test.runIf(isTrialDue('upgrade'))(
  'an old and a new version share a database: both are restarted while grants go on, and no client gets an error',
  async () => {
    const { faults } = await upgrade()
    expect(faults).toEqual([])
  },
)

test.runIf(isControlDue(6, 7))(
  'a migration that the old version cannot live with fails the trial',
  async () => {
    const { faults } = await upgrade({ migration: 'alter table offer_grants rename column source to origin' })
    expect(faults.join('\n')).toMatch(/response 5\d\d/)
  },
)
