import { afterAll, beforeAll, expect, test } from 'vitest'
import { inRolledBackTransaction } from '../platform/db/database.ts'
import { makeContact, makeOffer, makeSite, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeSale, type SaleIds } from '../testing/sale-rows.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const COUNTED = ['orders', 'order_items', 'purchases'] as const

/** The kept counts of every site that are other than what it has. */
async function wrongCounts() {
  const { rows } = await h.app.pool.query(`
    select s.id, 'transactions' as counted,
           (select coalesce(sum(change), 0)::int from transaction_counts where site_id = s.id) as kept,
           (select count(*)::int from transactions where site_id = s.id and is_completed) as there from sites s
    ${COUNTED.map(
      (table) => `union all
    select s.id, '${table}',
           (select coalesce(sum(change), 0)::int from sale_counts where site_id = s.id and counted = '${table}'),
           (select count(*)::int from ${table} where site_id = s.id) from sites s`,
    ).join('\n')}`)
  return rows.filter(({ kept, there }) => kept !== there)
}

test('the counts of sales follow every change, also concurrent ones and those that are rolled back', async () => {
  const { siteId } = h.account
  const offerId = await makeOffer(h.app, siteId)
  const contact = await makeContact(h.app, siteId)
  const { body } = await h.client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody([offerId]))
  const customerId = body.meta.customer_id
  const sales: SaleIds[] = []
  for (let i = 0; i < 8; i++) sales.push(await makeSale(h.app, siteId, { customerId, offerId }))
  const totalOf = async (type: string) =>
    (await h.client.get(`/v1/${type}?page[size]=1`)).body.meta.total_count
  const total = () => totalOf('transactions')
  expect([await total(), await wrongCounts()]).toEqual([8, []])
  for (const type of COUNTED) expect([type, await totalOf(type)]).toEqual([type, 8])

  const set = (index: number, values: object) =>
    h.app.db.updateTable('transactions').set(values).where('id', '=', sales[index]!.transactionId).execute()
  await Promise.all([set(0, { state: 'failed' }), set(1, { is_test: true }), set(2, { fee: 5 })])
  expect([await total(), await wrongCounts()]).toEqual([6, []])
  await set(0, { state: 'succeeded' })
  await inRolledBackTransaction(h.app.db, (tx) => tx.deleteFrom('transactions').execute())
  expect([await total(), await wrongCounts()]).toEqual([7, []])
  const other = await makeSite(h.app, h.account)
  await set(3, { site_id: other })
  await h.app.db.deleteFrom('transactions').where('id', '=', sales[4]!.transactionId).execute()
  const idsOf = ({ orderId, itemId, purchaseId }: SaleIds) => [orderId, itemId, purchaseId]
  for (const [index, table] of COUNTED.entries()) {
    await h.app.db
      .updateTable(table)
      .set({ site_id: other })
      .where('id', '=', idsOf(sales[3]!)[index]!)
      .execute()
    await inRolledBackTransaction(h.app.db, (tx) => tx.deleteFrom(table).execute())
    await h.app.db.deleteFrom(table).where('id', '=', idsOf(sales[4]!)[index]!).execute()
    expect([table, await totalOf(table)]).toEqual([table, 7])
  }
  expect(await wrongCounts()).toEqual([])

  // Every insert folds the rows of its site together.
  await h.app.pool.query(`create or replace trigger transaction_counts_fold after insert on transaction_counts
    for each row when (random() < 1.1 and pg_trigger_depth() < 2) execute function fold_transaction_counts()`)
  await h.app.pool.query(`create or replace trigger sale_counts_fold after insert on sale_counts
    for each row when (random() < 1.1 and pg_trigger_depth() < 2) execute function fold_sale_counts()`)
  await Promise.all(sales.slice(5).map((_, index) => set(index + 5, { state: 'failed' })))
  await Promise.all(sales.slice(5).map(() => makeSale(h.app, siteId, { customerId, offerId })))
  expect(await wrongCounts()).toEqual([])
  for (const table of ['transactions', ...COUNTED]) await h.app.pool.query(`truncate ${table}`)
  expect(await wrongCounts()).toEqual([])
})
