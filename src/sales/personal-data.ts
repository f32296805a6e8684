import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import type { Tx } from '../platform/db/database.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import type { Person, PersonalData } from '../platform/personal-data.ts'
import { originJson } from './settle/settle-purchases.ts'

/** The record of what was sold and paid stays; access ends, and what describes the person is erased. */
export const salesData: PersonalData = {
  name: 'sales',
  async erase(tx, person, origin) {
    const { siteId, customerId } = person
    if (customerId === null) return
    await assertNotBilled(tx, person)
    await tx
      .updateTable('subscriptions')
      .set({
        status: 'canceled',
        status_since: origin.now,
        ended_at: origin.now,
        past_due_since: null,
        updated_at: origin.now,
      })
      .where('customer_id', '=', customerId)
      .where('site_id', '=', siteId)
      .where('ended_at', 'is', null)
      .execute()
    const purchases = await tx
      .updateTable('purchases')
      .set({ cardholder_name: null, billing_address_zip: null, extra: '{}', referrer: null })
      .where('customer_id', '=', customerId)
      .where('site_id', '=', siteId)
      .returning('id')
      .execute()
    const ids = purchases.map(({ id }) => id)
    if (ids.length === 0) return
    await sql`
      select block_purchases(${siteId}::bigint, ${ids}::bigint[], 'contact_deleted', ${origin.now}::timestamptz,
                             ${originJson(origin)}::jsonb, ${origin.now}::timestamptz)`.execute(tx)
  },
  export: async (app, person) => ({
    orders: await rowsOf(app, 'orders', person),
    order_items: await rowsOf(app, 'order_items', person),
    purchases: await rowsOf(app, 'purchases', person),
    subscriptions: await rowsOf(app, 'subscriptions', person),
    transactions: await rowsOf(app, 'transactions', person),
  }),
}

/** @throws ApiError 422 while a provider goes on charging the person */
async function assertNotBilled(tx: Tx, { siteId, contactId, customerId }: Person): Promise<void> {
  const billed = await tx
    .selectFrom('subscriptions')
    .select('purchase_id')
    .where('customer_id', '=', customerId)
    .where('site_id', '=', siteId)
    .where('ended_at', 'is', null)
    .where('provider_account_id', 'is not', null)
    .orderBy('id')
    .executeTakeFirst()
  if (!billed) return
  throw new ApiError(
    422,
    'has_subscription',
    `The contact ${contactId} has an active subscription, which would go on to be charged. Cancel it first: POST /v1/purchases/${billed.purchase_id}/cancel_subscription.`,
  )
}

const rowsOf = (
  { db }: App,
  table: 'orders' | 'order_items' | 'purchases' | 'subscriptions' | 'transactions',
  { siteId, customerId }: Person,
) =>
  db
    .selectFrom(table)
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('site_id', '=', siteId)
    .orderBy('id')
    .execute()
