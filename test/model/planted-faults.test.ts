/** Shows that the model finds faults: each is planted in a database of its own. */
import type pg from 'pg'
import { expect, test } from 'vitest'
import { storiesUntilDivergence } from './check.ts'
import { openTheatre } from './server/theatre.ts'
import { oneAfterAnother } from './stories.ts'

/** The one that takes longest to be found took 15. */
const STORIES = 200
const SEED = 1

type Plant = (pool: pg.Pool) => Promise<unknown>

/** Meddles with rows before they are written. */
const meddling =
  (table: string, action: 'insert' | 'update', meddle: string): Plant =>
  (pool) =>
    pool.query(`
      create function meddle() returns trigger language plpgsql as $$ begin ${meddle} return new; end $$;
      create trigger meddle before ${action} on ${table} for each row execute function meddle()`)

/** Changes the text of functions that have it. */
const rewriting =
  (text: string, other: string): Plant =>
  async (pool) => {
    const { rows } = await pool.query<{ definition: string }>(
      `select pg_get_functiondef(oid) as definition from pg_proc
        where pronamespace = 'public'::regnamespace and prosrc like '%' || $1 || '%'`,
      [text],
    )
    expect(rows).not.toEqual([])
    for (const { definition } of rows) await pool.query(definition.replaceAll(text, other))
  }

const faults: Record<string, Plant> = {
  'an offer is granted twice': (pool) => pool.query('drop index offer_grants_live'),
  'what is held is answered as granted': rewriting("'already_granted'", "'granted'"),
  'an archived offer is granted': rewriting('o.archived_at is null', 'true'),
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
  'an Idempotency-Key is forgotten': meddling(
    'idempotency_keys',
    'insert',
    'new.key := new.key || random();',
  ),
}

test.each(Object.keys(faults))('the model finds that %s', { timeout: 120_000 }, async (fault) => {
  const theatre = await openTheatre()
  await faults[fault]!(theatre.h.app.pool)
  const plan = { stories: oneAfterAnother, count: STORIES }
  const found = await storiesUntilDivergence(theatre, plan, SEED)
  console.log(fault, found)
  expect(found).not.toBe(null)
  await theatre.h.close()
})
