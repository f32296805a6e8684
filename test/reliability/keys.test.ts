import { expect, test } from 'vitest'
import { isControlDue, isTrialDue } from '../depth.ts'
import { keys, SHORT } from './keys.ts'

test.runIf(isTrialDue('keys'))(
  'an Idempotency-Key used by five concurrent requests has one effect, and a rotated API key has none',
  async () => {
    const { faults } = await keys(SHORT)
    expect(faults).toEqual([])
  },
)

test.runIf(isControlDue(2, 7))(
  'a server whose rotations do not wait for grants fails the trial',
  async () => {
    const { faults } = await keys({ idempotencyKeys: 1, rotations: 4, plantedFault: LOCK_NOTHING })
    expect(faults.join('\n')).toMatch(/grants with the old token were committed after it/)
  },
)

const LOCK_NOTHING = `
  create or replace function api_key_lock(p_key_id bigint) returns bigint language sql volatile
    return p_key_id + (random() * 1e15)::bigint`
