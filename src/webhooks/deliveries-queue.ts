import { sql } from 'kysely'
import { defineQueue } from '../platform/queue/queue.ts'
import { cleanDeliveries } from './clean-deliveries.ts'
import { deliveriesSettled, deliverToHooks } from './deliver-to-hooks.ts'

/** Webhook deliveries, in the order of each hook: see deliverToHooks(). */
export const deliveriesQueue = defineQueue({
  name: 'deliver',
  everyMs: 250,
  wokenByOthers: true,
  run: deliverToHooks,
  settle: deliveriesSettled,
  kind: 'delivery',
  table: 'webhook_deliveries',
  isPending: sql`status = 'pending'`,
  isFailed: sql`status = 'failed'`,
  columns: {
    what: sql`event || ' to hook ' || hook_id`,
    attempts: sql`attempts`,
    createdAt: sql`created_at`,
    error: sql`(select coalesce(a.error, a.response_status::text) from webhook_attempts a
                 where a.delivery_id = webhook_deliveries.id and a.site_id = webhook_deliveries.site_id
                 order by a.number desc limit 1)`,
  },
  // A hook is due with its first delivery, and leased for all of them.
  schedule: {
    table: 'hooks',
    isOpen: sql`deleted_at is null and disabled_at is null`,
    dueAt: 'due_at',
    isInProgress: sql`leased_until > now()`,
  },
  // Only of enabled hooks. They are locked first, as wherever deliveries are queued.
  retry: (condition, now) => sql`
    with due as (
      update hooks set due_at = least(due_at, ${now})
       where deleted_at is null and disabled_at is null
         and id in (select hook_id from webhook_deliveries where ${condition})
      returning id, site_id
    )
    update webhook_deliveries set status = 'pending', due_at = ${now}, failed_at = null
      from due
     where webhook_deliveries.hook_id = due.id and webhook_deliveries.site_id = due.site_id and ${condition}`,
  clean: cleanDeliveries,
})
