/** Shows that the comparison with the model finds faults: each is planted in a database of its own. */
import { expect, test } from 'vitest'
import { dueToday } from '../depth.ts'
import { faultTrigger } from '../fault-trigger.ts'
import { findDivergence } from './check.ts'
import { startTestServer } from './test-server.ts'

/** Far more than needed. */
const SCENARIOS = 300
const SEED = 1

const faults: Record<string, string> = {
  'conditions are not checked': faultTrigger(
    'automation_versions',
    'insert',
    `new.definition := new.definition || '{"conditions": null}';`,
  ),
  'a wait is over at once': faultTrigger(
    'automation_runs',
    'update',
    "if new.reason = 'wait' then new.due_at := old.due_at; end if;",
  ),
  'active runs follow a newer version': faultTrigger(
    'automation_runs',
    'update',
    'select version into new.version from automations where id = new.automation_id;',
  ),
  'a disabled automation continues': faultTrigger('automations', 'update', 'new.disabled_at := null;'),
  'revocations start nothing': faultTrigger(
    'automation_runs',
    'insert',
    "if (select type from events where id = new.event_id) = 'offer_revoked' then return null; end if;",
  ),
  'the causes of a chain are not recorded, so that it runs in a circle': faultTrigger(
    'events',
    'insert',
    'new.run_id := null;',
  ),
  'a step is executed twice': faultTrigger(
    'automation_runs',
    'update',
    `if new.step = 1 and old.step = 0 and new.due_at is not null and new.created_at <> '-infinity' then
       delete from automation_run_steps where run_id = new.id;
       new.step := 0; new.created_at := '-infinity';
     end if;`,
  ),
}

test.each(dueToday(Object.keys(faults)))('the model finds that %s', { timeout: 240_000 }, async (fault) => {
  const server = await startTestServer()
  await server.h.app.pool.query(faults[fault]!)
  expect(await findDivergence(server, SCENARIOS, SEED)).not.toBe(null)
  await server.h.close()
})
