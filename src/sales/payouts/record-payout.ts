import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'

/** Money that a provider has transferred, or will, to the account of the owner. */
export interface Payout {
  provider: string
  reference: string
  provider_account_id: string | null
  is_test: boolean
  amount: number
  currency: string
  status: 'pending' | 'in_transit' | 'paid' | 'failed' | 'canceled'
  initiated_at: Date
  arrival_at: Date | null
  /** As in "Chase 1234". */
  bank_account: string | null
  ticket?: string
}

/** What a payout consists of: `net` is `amount` less `fee`. */
export interface PayoutEntry {
  /** Of the entry in the provider's ledger. */
  reference: string
  type: 'sale' | 'refund' | 'adjustment'
  /** The reference of the charge or refund that it settles. */
  transaction_reference: string | null
  amount: number
  fee: number
  net: number
  currency: string
  description: string | null
  occurred_at: Date
}

/**
 * Records a payout as it is now, with its entries. Idempotent by provider and reference.
 *
 * @returns the id
 */
export async function recordPayout(
  tx: Tx,
  siteId: string,
  { ticket = '0', ...payout }: Payout,
  entries: PayoutEntry[],
  now: Date,
): Promise<string> {
  const { id } = await tx
    .insertInto('payouts')
    .values({ site_id: siteId, ...payout, ticket, created_at: now, updated_at: now })
    .onConflict((conflict) =>
      conflict.columns(['reference', 'provider', 'site_id']).doUpdateSet((eb) => {
        // What was read earlier than what is there changes nothing.
        const newer = (column: 'status' | 'arrival_at' | 'bank_account' | 'amount') =>
          sql<never>`case when payouts.ticket <= ${eb.ref('excluded.ticket')} then ${eb.ref(`excluded.${column}`)} else payouts.${sql.ref(column)} end`
        return {
          status: newer('status'),
          arrival_at: newer('arrival_at'),
          bank_account: newer('bank_account'),
          amount: newer('amount'),
          ticket: sql<string>`greatest(payouts.ticket, ${eb.ref('excluded.ticket')})`,
          updated_at: now,
        }
      }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  for (const { transaction_reference, ...entry } of entries)
    await tx
      .insertInto('payout_entries')
      .values({
        site_id: siteId,
        payout_id: id,
        ...entry,
        transaction_id: sql<string | null>`(
          select t.id from transactions t
           where t.reference = ${transaction_reference} and t.provider = ${payout.provider} and t.site_id = ${siteId})`,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  return id
}
