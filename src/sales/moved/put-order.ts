import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { type Origin, recordEvent } from '../../platform/events/events.ts'
import type { Amounts } from '../orders/record-sales.ts'
import { totalOf } from '../orders/record-sales.ts'
import { findOrderOfFile } from './find-same.ts'
import { type Destination, idFor } from './moved-sale.ts'

export interface MovedItem extends Amounts {
  id: string | null
  offerId: string
  title: string
  quantity: number
  createdAt: Date
}

export interface MovedOrder {
  id: string | null
  /** Null: the next one. */
  number: string | null
  customerId: string
  currency: string
  provider: string
  /** At the provider. */
  reference: string | null
  isTest: boolean
  orderedAt: Date
  /** When access was given; null: it has not been paid. */
  fulfilledAt: Date | null
  createdAt: Date
  /** At least one. The order is what they add up to. */
  items: MovedItem[]
}

export interface PutOrder {
  orderId: string
  /** In the order of the items. */
  itemIds: string[]
  /** false: an order with its reference was here, or the same order from a file. */
  isNew: boolean
}

/** Records an order and its items, and that it was created. What was bought and paid is recorded after it. */
export async function putOrder(
  tx: Tx,
  destination: Destination,
  order: MovedOrder,
  origin: Origin,
): Promise<PutOrder> {
  const { siteId } = destination
  const known = (await findByReference(tx, siteId, order)) ?? (await findOfFile(tx, siteId, order))
  if (known) return { ...known, isNew: false }
  const id = await idFor(tx, 'orders', destination, order.id)
  const number = await numberFor(tx, siteId, order.number)
  const { subtotal, discount, tax, total } = totalOf(order.items)
  const { rows } = await sql<{ id: string; contact_id: string }>`
    insert into orders (site_id, id, number, customer_id, provider, reference, is_test, currency, subtotal, discount, tax,
                        total, ordered_at, fulfilled_at, created_at, updated_at)
    values (${siteId}, ${id}, ${number}, ${order.customerId}, ${order.provider}, ${order.reference}, ${order.isTest},
            ${order.currency}, ${subtotal}, ${discount}, ${tax}, ${total}, ${order.orderedAt}, ${order.fulfilledAt},
            ${order.createdAt}, ${origin.now})
    returning id, (select c.contact_id from customers c where c.id = ${order.customerId} and c.site_id = ${siteId})`.execute(
    tx,
  )
  const { id: orderId, contact_id: contactId } = rows[0]!
  const itemIds: string[] = []
  for (const item of order.items)
    itemIds.push(await insertItem(tx, destination, order, orderId, item, origin.now))
  const { customerId, items } = order
  await recordEvent(
    tx,
    'order_created',
    { siteId, contactId, customerId, offerId: items.length === 1 ? items[0]!.offerId : null },
    { order_id: orderId, transaction_id: null, order_item_ids: itemIds },
    origin,
  )
  return { orderId, itemIds, isNew: true }
}

function findOfFile(tx: Tx, siteId: string, { customerId, currency, orderedAt, items }: MovedOrder) {
  const [item] = items
  if (items.length !== 1 || !item) return null
  return findOrderOfFile(tx, siteId, { customerId, offerId: item.offerId, currency, orderedAt })
}

async function findByReference(
  tx: Tx,
  siteId: string,
  { provider, reference }: MovedOrder,
): Promise<Pick<PutOrder, 'orderId' | 'itemIds'> | null> {
  if (reference === null) return null
  const { rows } = await sql<{ orderId: string; itemIds: string[] }>`
    select o.id as "orderId", array(
             select i.id::text from order_items i where i.order_id = o.id and i.site_id = o.site_id order by i.id) as "itemIds"
      from orders o where o.reference = ${reference} and o.provider = ${provider} and o.site_id = ${siteId}`.execute(
    tx,
  )
  return rows[0] ?? null
}

/** The number that an order had, where it is free; and no later order gets one below it. */
async function numberFor(tx: Tx, siteId: string, wanted: string | null): Promise<string> {
  const { rows } = await sql<{ last: string; is_taken: boolean }>`
    insert into order_numbers as n (site_id, last) values (${siteId}, ${wanted ?? '0'}::bigint)
    on conflict (site_id) do update set last = greatest(n.last, excluded.last)
    returning last, exists (
      select from orders where number = ${wanted ?? '0'}::bigint and site_id = ${siteId}) as is_taken`.execute(
    tx,
  )
  if (wanted !== null && !rows[0]!.is_taken) return wanted
  const next = await sql<{ last: string }>`
    update order_numbers set last = last + 1 where site_id = ${siteId} returning last`.execute(tx)
  return next.rows[0]!.last
}

async function insertItem(
  tx: Tx,
  destination: Destination,
  order: MovedOrder,
  orderId: string,
  item: MovedItem,
  now: Date,
): Promise<string> {
  const id = await idFor(tx, 'order_items', destination, item.id)
  const { rows } = await sql<{ id: string }>`
    insert into order_items (site_id, id, order_id, customer_id, offer_id, title, quantity, currency, subtotal, discount, tax,
                             total, fulfilled_at, created_at, updated_at)
    values (${destination.siteId}, ${id}, ${orderId}, ${order.customerId}, ${item.offerId}, ${item.title}, ${item.quantity},
            ${order.currency}, ${item.subtotal}, ${item.discount}, ${item.tax}, ${item.total}, ${order.fulfilledAt},
            ${item.createdAt}, ${now})
    returning id`.execute(tx)
  return rows[0]!.id
}
