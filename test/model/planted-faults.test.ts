/** Shows that the model finds faults: each is planted in a database of its own. */
import { expect, test } from 'vitest'
import { dueToday } from '../depth.ts'
import { storiesUntilDivergence } from './check.ts'
import { openTheatre } from './server/theatre.ts'
import { oneAfterAnother } from './stories.ts'

/** Far more than it takes: none of them was seen to need more than 20. */
const STORIES = 200
const SEED = 1

/** A fault as SQL that meddles with rows before they are written. */
const meddling = (table: string, action: 'insert' | 'update', meddle: string) => `
  create function meddle() returns trigger language plpgsql as $$ begin ${meddle} return new; end $$;
  create trigger meddle before ${action} on ${table} for each row execute function meddle()`

const faults: Record<string, string> = {
  'an offer is held by two grants': 'drop index offer_grants_live',
  'granting what is held grants it anew': meddling(
    'offer_grants',
    'insert',
    `update offer_grants set revoked_at = new.granted_at, revoke_reason = 'revoked'
      where customer_id = new.customer_id and offer_id = new.offer_id and revoked_at is null;`,
  ),
  'an archived offer is granted': meddling('offers', 'insert', 'new.archived_at := null;'),
  'access never ends': meddling('offer_grants', 'insert', 'new.expires_at := null;'),
  'a revocation forgets its event': meddling(
    'events',
    'insert',
    "if new.type = 'offer_revoked' then return null; end if;",
  ),
  'a deleted contact keeps its grants': meddling(
    'offer_grants',
    'update',
    "if new.revoke_reason = 'contact_deleted' then return null; end if;",
  ),
  'a new name does not reach the customer': meddling('customers', 'update', 'new.name := old.name;'),
  'a welcome is sent that was declined': meddling(
    'events',
    'insert',
    `if new.type = 'customer_created' then new.data := new.data || '{"send_welcome_email": true}'; end if;`,
  ),
  'an e-mail is lost': meddling('emails', 'insert', "if new.kind = 'gift' then return null; end if;"),
  'an Idempotency-Key is forgotten': meddling(
    'idempotency_keys',
    'insert',
    'new.key := new.key || random();',
  ),
}

test.each(dueToday(Object.keys(faults)))('the model finds that %s', { timeout: 120_000 }, async (fault) => {
  const theatre = await openTheatre()
  await theatre.h.app.pool.query(faults[fault]!)
  const plan = { stories: oneAfterAnother, count: STORIES }
  expect(await storiesUntilDivergence(theatre, plan, SEED)).not.toBe(null)
  await theatre.h.close()
})
