import { afterAll, beforeAll, expect, test } from 'vitest'
import { inRolledBackTransaction } from '../../platform/db/database.ts'
import { makeContact, makeOffer, makeSite, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { makeSale, type SaleIds } from '../../testing/sale-rows.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

/** The kept count of every site that has one other than the number of its transactions. */
async function wrongCounts() {
  const { rows } = await h.app.pool.query(`
    select s.id, (select coalesce(sum(change), 0)::int from transaction_counts where site_id = s.id) as kept,
           (select count(*)::int from transactions where site_id = s.id and is_completed) as there from sites s`)
  return rows.filter(({ kept, there }) => kept !== there)
}

test('the count of transactions follows every change, also concurrent ones and those that are rolled back', async () => {
  const { siteId } = h.account
  const offerId = await makeOffer(h.app, siteId)
  const contact = await makeContact(h.app, siteId)
  const { body } = await h.client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody([offerId]))
  const customerId = body.meta.customer_id
  const sales: SaleIds[] = []
  for (let i = 0; i < 8; i++) sales.push(await makeSale(h.app, siteId, { customerId, offerId }))
  const total = async () => (await h.client.get('/v1/transactions?page[size]=1')).body.meta.total_count
  expect([await total(), await wrongCounts()]).toEqual([8, []])

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
  expect(await wrongCounts()).toEqual([])

  // Every insert folds the rows of its site together.
  await h.app.pool.query(`create or replace trigger transaction_counts_fold after insert on transaction_counts
    for each row when (random() < 1.1 and pg_trigger_depth() < 2) execute function fold_transaction_counts()`)
  await Promise.all(sales.slice(5).map((_, index) => set(index + 5, { state: 'failed' })))
  expect(await wrongCounts()).toEqual([])
  await h.app.pool.query('truncate transactions')
  expect(await wrongCounts()).toEqual([])
})
