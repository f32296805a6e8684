import { type Payout as RecordedPayout, recordPayout } from '../sales/payouts/record-payout.ts'
import type { Applying } from './apply-reading.ts'
import type { Payout } from './reading.ts'

export async function applyPayout({ tx, account, origin, ticket }: Applying, payout: Payout): Promise<void> {
  await recordPayout(
    tx,
    account.site_id,
    {
      provider: account.provider,
      provider_account_id: account.id,
      reference: payout.reference,
      is_test: !account.livemode,
      amount: payout.amount,
      currency: payout.currency,
      status: payout.status as RecordedPayout['status'],
      initiated_at: payout.initiatedAt,
      arrival_at: payout.arrivalAt,
      bank_account: payout.bankAccount,
      ticket,
    },
    (payout.entries ?? []).map(({ source, occurredAt, ...entry }) => ({
      ...entry,
      transaction_reference: source,
      occurred_at: occurredAt,
    })),
    origin.now,
  )
}
