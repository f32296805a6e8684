import { expect, test } from 'vitest'
import { isControlDue, isTrialDue } from '../depth.ts'
import { noUniqueRuns } from './automations/faults.ts'
import { automations, SHORT } from './automations.ts'

test.runIf(isTrialDue('automations'))(
  'grants start an automation while workers are killed: one run each, each step once, nothing stuck',
  async () => {
    const { faults, runs, steps } = await automations(Date.now() % 2 ** 31, SHORT)
    expect(faults).toEqual([])
    expect([runs, steps]).toEqual([SHORT.grants, SHORT.grants! * 5])
  },
)

test.runIf(isControlDue(0, 7))(
  'without the unique index on causes of runs, events that are dispatched again start a second run',
  async () => {
    const { faults } = await automations(1, { ...SHORT, grants: 10, kills: 0, fault: noUniqueRuns })
    expect(faults).toContainEqual(expect.stringMatching(/\b[2-9]\d* runs/))
  },
)
