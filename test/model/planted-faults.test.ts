/** Shows that the comparison with the model finds faults: each is planted in a database of its own. */
import { expect, test } from 'vitest'
import { dueToday } from '../depth.ts'
import { faultTrigger } from '../fault-trigger.ts'
import { scenariosUntilDivergence } from './check.ts'
import { sequentialScenarios } from './scenarios.ts'
import { startTestServer } from './server/test-server.ts'

/** Far more than needed: no fault took more than 20, those of merges excepted. */
const SCENARIOS = 200
const SEED = 1

/** Whether duplicate grants are being joined. */
const IN_MERGE = `current_query() like '%''merged''%'`

const faults: Record<string, string> = {
  'an offer is held by two grants': 'drop index offer_grants_live',
  'granting a held offer grants it again': faultTrigger(
    'offer_grants',
    'insert',
    `update offer_grants set revoked_at = new.granted_at, revoke_reason = 'revoked'
      where customer_id = new.customer_id and offer_id = new.offer_id and revoked_at is null;`,
  ),
  'an archived offer is granted': faultTrigger('offers', 'insert', 'new.archived_at := null;'),
  'access never ends': faultTrigger('offer_grants', 'insert', 'new.expires_at := null;'),
  'a revocation records no event': faultTrigger(
    'events',
    'insert',
    "if new.type = 'offer_revoked' then return null; end if;",
  ),
  'a deleted contact keeps its grants': faultTrigger(
    'offer_grants',
    'update',
    "if new.revoke_reason = 'contact_deleted' then return null; end if;",
  ),
  'a new name of the contact is not copied to the customer': faultTrigger(
    'customers',
    'update',
    'new.name := old.name;',
  ),
  'a former address is not kept': faultTrigger('contact_aliases', 'insert', 'return null;'),
  'a welcome e-mail is sent although the request declines it': faultTrigger(
    'events',
    'insert',
    `if new.type = 'customer_created' then new.data := new.data || '{"send_welcome_email": true}'; end if;`,
  ),
  'an e-mail is lost': faultTrigger('emails', 'insert', "if new.kind = 'gift' then return null; end if;"),
  'a renewal adds another period than that of the offer': faultTrigger(
    'offer_grants',
    'update',
    `if new.expires_at > old.expires_at then new.expires_at := new.expires_at + interval '1 day'; end if;`,
  ),
  'an extension is recorded as any other change': faultTrigger(
    'events',
    'insert',
    "if new.type = 'access_extended' then new.type := 'access_changed'; end if;",
  ),
  'a merge keeps the end of access of the contact that stays, also an earlier one': faultTrigger(
    'offer_grants',
    'update',
    `if ${IN_MERGE} and new.revoked_at is null then new.expires_at := old.expires_at; end if;`,
  ),
  'the joined grant of a merge announces no end': faultTrigger(
    'offer_grants',
    'update',
    `if ${IN_MERGE} and new.expires_at is distinct from old.expires_at then new.ending_notice_at := null; end if;`,
  ),
  'a merge records no end of a duplicate grant': faultTrigger(
    'events',
    'insert',
    "if new.type = 'grant_merged' then return null; end if;",
  ),
  'an Idempotency-Key is not stored': faultTrigger(
    'idempotency_keys',
    'insert',
    'new.key := new.key || random();',
  ),
}

test.each(dueToday(Object.keys(faults)))('the model finds that %s', { timeout: 120_000 }, async (fault) => {
  const server = await startTestServer()
  await server.h.app.pool.query(faults[fault]!)
  const plan = { scenarios: sequentialScenarios, count: SCENARIOS }
  expect(await scenariosUntilDivergence(server, plan, SEED)).not.toBe(null)
  await server.h.close()
})
