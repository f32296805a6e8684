import { expect, test } from 'vitest'
import { isControlDue, isTrialDue } from '../depth.ts'
import { outcomesForgotten } from './bulk/faults.ts'
import { bulk, SHORT } from './bulk.ts'
import { noUniqueGrants } from './crashes/faults.ts'

test.runIf(isTrialDue('bulk'))(
  'two bulk jobs about the same people while workers are killed: each row takes effect once, nothing is lost',
  async () => {
    const { faults, kills } = await bulk(Date.now() % 2 ** 31, SHORT)
    expect([faults, kills]).toEqual([[], SHORT.kills])
  },
)

const UNDISTURBED = { ...SHORT, people: 60, kills: 0, rowMs: 1 }

test.runIf(isControlDue(1, 7))(
  'without the outcome in the transaction of the effect, rows extend access twice',
  async () => {
    const { faults } = await bulk(1, { ...UNDISTURBED, fault: outcomesForgotten })
    expect(faults).toContainEqual(expect.stringContaining('2 events access_extended'))
  },
)

test.runIf(isControlDue(2, 7))('without the unique index on live grants, both jobs grant', async () => {
  const { faults } = await bulk(1, { ...UNDISTURBED, fault: noUniqueGrants })
  expect(faults).toContainEqual(expect.stringContaining('2 events offer_granted'))
})
