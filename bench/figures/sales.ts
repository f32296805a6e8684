import { inTransaction } from '../../src/platform/db/database.ts'
import { recordSales, type Sale } from '../../src/sales/orders/record-sales.ts'
import { createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'

export const SALES = 10_000
/** Sales of one transaction. */
const TOGETHER = 50
const CONNECTIONS = 4

/** Paid sales of one offer to as many contacts, with all that follows in the same transaction. */
export const sales: Figure = {
  keys: ['s'],
  async measure({ postgres }: Bench) {
    const database = await createBenchDatabase(postgres)
    const { app, account, contacts, offerId } = database
    await contacts.fill(SALES)
    const { first } = contacts.take()
    const saleTo = (contactId: number, now: Date): Sale => ({
      siteId: account.siteId,
      contactId: String(contactId),
      origin: { actor: 'system', requestId: null, now },
      provider: 'bench',
      reference: `order-${contactId}`,
      currency: 'USD',
      ordered_at: now,
      items: [
        {
          offer_id: offerId,
          quantity: 1,
          subtotal: 2_900,
          discount: 0,
          tax: 551,
          total: 3_451,
          payment_type: 'single',
          amount: 3_451,
          coupon_code: null,
          subscription: null,
        },
      ],
      payment: { state: 'succeeded', reference: `charge-${contactId}` },
    })
    let begun = 0
    const recordSome = async () => {
      while (begun < SALES) {
        const from = first + begun
        begun += TOGETHER
        const now = app.clock.now()
        const some = Array.from({ length: TOGETHER }, (_, n) => saleTo(from + n, now))
        await inTransaction(app.db, (tx) => recordSales(tx, some, now))
      }
    }
    const start = performance.now()
    await Promise.all(Array.from({ length: CONNECTIONS }, recordSome))
    const seconds = (performance.now() - start) / 1_000
    await assertRecorded(database.app.pool)
    await database.drop()
    const what = `sales recorded, ${TOGETHER} in a transaction, ${CONNECTIONS} connections`
    return [{ key: 's', what, value: SALES / seconds, unit: '/s', seconds }]
  },
}

/** Every sale once, with its purchase, its payment and its events. */
export async function assertRecorded(pool: {
  query: (text: string) => Promise<{ rows: object[] }>
}): Promise<void> {
  const { rows } = await pool.query(`
    select (select count(*) from orders)::int as orders, (select count(*) from purchases)::int as purchases,
           (select sum(amount) from transactions)::int as paid,
           (select count(*) from events where type = 'offer_purchased')::int as events,
           (select count(distinct customer_id) from holdings)::int as holders`)
  const wanted = { orders: SALES, purchases: SALES, paid: SALES * 3_451, events: SALES, holders: SALES }
  if (JSON.stringify(rows[0]) !== JSON.stringify(wanted))
    throw new Error(`not every sale was recorded once: ${JSON.stringify(rows[0])}`)
}
