import { expect, test } from 'vitest'
import { isControlDue } from '../depth.ts'
import '../processes.ts'
import { cutConnections } from './cut-connections.ts'

test('a connection that breaks at any byte doubles no grant, and the retry says whether it was made before', async () => {
  const { faults } = await cutConnections({ step: 97 })
  expect(faults).toEqual([])
})

test.runIf(isControlDue(1, 7))('a server that forgets Idempotency-Keys does not pass', async () => {
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
