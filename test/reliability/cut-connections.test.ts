import { expect, test } from 'vitest'
import { isControlDue, isTrialDue } from '../depth.ts'
import { cutConnections } from './cut-connections.ts'

test.runIf(isTrialDue('cut-connections'))(
  'a connection that breaks at any byte duplicates no grant, and the response to the retry says whether it existed',
  async () => {
    const { faults } = await cutConnections({ step: 193 })
    expect(faults).toEqual([])
  },
)

test.runIf(isControlDue(1, 7))('a server that does not store Idempotency-Keys fails the trial', async () => {
  const { faults } = await cutConnections({ step: 701, plantedFault: FORGET_KEYS })
  expect(faults.join('\n')).toMatch(/with a key: made before: true, replayed: false/)
})

const FORGET_KEYS = `
  create function forget_key() returns trigger language plpgsql as $$
  begin
    delete from idempotency_keys where key = new.key;
    return null;
  end $$;
  create trigger forget_key after update on idempotency_keys for each row execute function forget_key();`
