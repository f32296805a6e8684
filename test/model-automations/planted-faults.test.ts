/** Shows that the model finds faults: each is planted in a database of its own. */
import { expect, test } from 'vitest'
import { dueToday } from '../depth.ts'
import { findDivergence } from './check.ts'
import { openServer } from './server.ts'

/** Far more than it takes. */
const STORIES = 300
const SEED = 1

/** A fault as SQL that meddles with rows before they are written. */
const meddling = (table: string, action: 'insert' | 'update', meddle: string) => `
  create function meddle() returns trigger language plpgsql as $$ begin ${meddle} return new; end $$;
  create trigger meddle before ${action} on ${table} for each row execute function meddle()`

const faults: Record<string, string> = {
  'conditions are not looked at': meddling(
    'automation_versions',
    'insert',
    `new.definition := new.definition || '{"conditions": null}';`,
  ),
  'a wait is over at once': meddling(
    'automation_runs',
    'update',
    "if new.reason = 'wait' then new.due_at := old.due_at; end if;",
  ),
  'runs under way follow a newer version': meddling(
    'automation_runs',
    'update',
    'select version into new.version from automations where id = new.automation_id;',
  ),
  'an automation that is disabled goes on': meddling('automations', 'update', 'new.disabled_at := null;'),
  'revocations start nothing': meddling(
    'automation_runs',
    'insert',
    "if (select type from events where id = new.event_id) = 'offer_revoked' then return null; end if;",
  ),
  'a chain forgets how it began, and goes round': meddling('events', 'insert', 'new.run_id := null;'),
  'a step is done twice': meddling(
    'automation_runs',
    'update',
    `if new.step = 1 and old.step = 0 and new.due_at is not null and new.created_at <> '-infinity' then
       delete from automation_run_steps where run_id = new.id;
       new.step := 0; new.created_at := '-infinity';
     end if;`,
  ),
}

test.each(dueToday(Object.keys(faults)))('the model finds that %s', { timeout: 240_000 }, async (fault) => {
  const server = await openServer()
  await server.h.app.pool.query(faults[fault]!)
  expect(await findDivergence(server, STORIES, SEED)).not.toBe(null)
  await server.h.close()
})
