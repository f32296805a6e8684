/** Shows that the comparison with the model finds faults: each is planted in a database of its own. */
import { expect, test } from 'vitest'
import { startHarness } from '../../src/testing/harness.ts'
import { dueToday } from '../depth.ts'
import { faultTrigger } from '../fault-trigger.ts'
import { findDivergence, openShop } from './check.ts'

const SCENARIOS = 300
const SEED = 1

const faults: Record<string, string> = {
  'a full refund leaves access': faultTrigger(
    'purchase_blocks',
    'insert',
    "if new.cause = 'refund' then return null; end if;",
  ),
  'a refund that fails later still counts': faultTrigger(
    'transactions',
    'update',
    "if new.state = 'failed' then new.state := old.state; end if;",
  ),
  'access ends with the first failed payment': 'update sites set payment_grace_days = 0',
  'a waived block blocks again': faultTrigger(
    'purchase_blocks',
    'update',
    'new.waived_at := null; new.waived_by := null;',
  ),
  'an open dispute ends access': faultTrigger(
    'disputes',
    'update',
    "if new.status = 'needs_response' then new.lost_at := new.updated_at; new.status := 'lost'; end if;",
  ),
  'a late notification overwrites a later state': faultTrigger('disputes', 'insert', "new.ticket := '-1';"),
  'revoking an offer leaves purchases': faultTrigger(
    'purchase_blocks',
    'insert',
    "if new.cause = 'deactivated' then return null; end if;",
  ),
  'revenue forgets refunds': faultTrigger(
    'customers',
    'update',
    'new.net_revenue := greatest(new.net_revenue, old.net_revenue);',
  ),
}

test.each(dueToday(Object.entries(faults)))('planted fault: %s', async (_, fault) => {
  const h = await startHarness()
  try {
    const shop = await openShop(h)
    await h.app.pool.query(fault)
    expect(await findDivergence(shop, SCENARIOS, SEED)).not.toBe(null)
  } finally {
    await h.close()
  }
})
