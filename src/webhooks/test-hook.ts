import type { Tx } from '../platform/db/database.ts'
import { testBodyOf } from './bodies.ts'
import type { Hook } from './hook-attributes.ts'
import { makeDue } from './replay-deliveries.ts'
import { samplePayload } from './samples.ts'
import { assertEnabled } from './save-hook.ts'

/**
 * Sends the sample of its event to a hook, delivered and retried like any other.
 *
 * @param baseUrl where links of the sample lead
 * @returns the id of the delivery
 * @throws ApiError 409 when the hook is disabled
 */
export async function testHook(tx: Tx, hook: Hook, baseUrl: string, now: Date): Promise<string> {
  assertEnabled(hook)
  const { site_id, id: hook_id, event } = hook
  const body = testBodyOf(event, samplePayload(event, baseUrl), now)
  const { id } = await tx
    .insertInto('webhook_deliveries')
    .values({ site_id, hook_id, event, body, due_at: now, created_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  await makeDue(tx, hook, now)
  return id
}
