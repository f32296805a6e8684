import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import type { TransactionState } from '../states.ts'

/** A payment as a provider names it, or as this server does. */
export type PaymentName = { id: string } | { provider: string; reference: string }

export interface FoundTransaction {
  site_id: string
  id: string
  action: string
  state: TransactionState
  customer_id: string
  contact_id: string
  order_id: string | null
  subscription_id: string | null
  offer_id: string | null
  parent_id: string | null
  provider: string
  reference: string | null
  provider_account_id: string | null
  is_test: boolean
  amount: number
  tax: number
  currency: string
  occurred_at: Date
  /** Of the site. */
  time_zone: string
  ticket: string
}

/** Locks a transaction of a site until the database transaction ends; null: there is none. */
export async function lockTransaction(
  tx: Tx,
  siteId: string,
  name: PaymentName,
): Promise<FoundTransaction | null> {
  const isNamed =
    'id' in name
      ? sql`t.id = ${name.id}`
      : sql`t.reference = ${name.reference} and t.provider = ${name.provider}`
  const { rows } = await sql<FoundTransaction & { amount: string; tax: string }>`
    select t.*, c.contact_id, (select z.time_zone from sites z where z.id = t.site_id) as time_zone
      from transactions t join customers c on c.id = t.customer_id and c.site_id = t.site_id
     where ${isNamed} and t.site_id = ${siteId}
       for no key update of t`.execute(tx)
  const [row] = rows
  return row ? { ...row, amount: Number(row.amount), tax: Number(row.tax) } : null
}

/** What a purchase has of a transaction. */
export interface Part {
  purchase_id: string
  amount: number
  tax: number
}

/** What each purchase has of a transaction, in the order of their ids. */
export async function partsOf(tx: Tx, siteId: string, transactionId: string): Promise<Part[]> {
  const { rows } = await sql<{ purchase_id: string; amount: string; tax: string }>`
    select purchase_id, amount, tax from transaction_purchases
     where transaction_id = ${transactionId} and site_id = ${siteId} order by purchase_id`.execute(tx)
  return rows.map(({ purchase_id, amount, tax }) => ({
    purchase_id,
    amount: Number(amount),
    tax: Number(tax),
  }))
}

export async function insertParts(
  tx: Tx,
  siteId: string,
  transactionId: string,
  parts: Part[],
): Promise<void> {
  if (parts.length === 0) return
  await tx
    .insertInto('transaction_purchases')
    .values(parts.map((part) => ({ site_id: siteId, transaction_id: transactionId, ...part })))
    .execute()
}

/** What a refund and a movement of a dispute have from the charge. */
export const inheritedFrom = (charge: FoundTransaction) => ({
  customer_id: charge.customer_id,
  order_id: charge.order_id,
  subscription_id: charge.subscription_id,
  offer_id: charge.offer_id,
  parent_id: charge.id,
  payment_type: null,
  provider: charge.provider,
  provider_account_id: charge.provider_account_id,
  is_test: charge.is_test,
  currency: charge.currency,
})
