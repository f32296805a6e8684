import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTransaction } from '../platform/db/database.ts'
import { makeContact, makeOffer, makeProduct, offersBody, unique } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makePayout, makeSale, type SaleIds } from '../testing/sale-rows.ts'
import { settlePurchases } from './settle/settle-purchases.ts'

let h: Harness
let siteId: string
let product: string
let offer: string
let ada: { contactId: string; customerId: string }
let grace: { contactId: string; customerId: string }
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
  product = await makeProduct(h.app, siteId)
  offer = await makeOffer(h.app, siteId, { productIds: [product] })
  ada = await makeCustomer('Ada Lovelace')
  grace = await makeCustomer('Grace Hopper')
})
afterAll(() => h.close())

async function makeCustomer(name: string) {
  const email = `${name.split(' ')[0]!.toLowerCase()}${unique()}@example.com`
  const contactId = await makeContact(h.app, siteId, { name, email })
  const granted = await h.client.post(
    `/v1/contacts/${contactId}/relationships/offers`,
    offersBody([await makeOffer(h.app, siteId)]),
  )
  return { contactId, customerId: granted.body.meta.customer_id as string }
}

interface Shown {
  id: string
  attributes: Record<string, unknown>
}

const sell = (sale: Partial<Parameters<typeof makeSale>[2]> = {}) =>
  makeSale(h.app, siteId, { customerId: ada.customerId, offerId: offer, ...sale })
const show = async (path: string) => (await h.client.get(path)).body.data
const idsOf = async (path: string): Promise<string[]> => {
  const { status, body } = await h.client.get(`${path}&page[size]=500`)
  expect([status, body.errors]).toEqual([200, undefined])
  return body.data.map(({ id }: Shown) => id)
}
/** Another transaction for a sale. */
const addTransaction = async (
  { orderId, purchaseId, transactionId }: SaleIds,
  values: { action: string; state?: string; amount: number; is_test?: boolean },
): Promise<string> => {
  const at = h.app.clock.now()
  const { id } = await h.app.db
    .insertInto('transactions')
    .values({
      site_id: siteId,
      customer_id: ada.customerId,
      order_id: orderId,
      parent_id: transactionId,
      state: 'succeeded',
      provider: 'test',
      reference: `re_${unique()}`,
      currency: 'USD',
      occurred_at: at,
      created_at: at,
      updated_at: at,
      ...values,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await h.app.db
    .insertInto('transaction_purchases')
    .values({ site_id: siteId, transaction_id: id, purchase_id: purchaseId, amount: values.amount })
    .execute()
  return id
}

describe('money', () => {
  test.each([
    ['USD', 4900, 817, '$49.00', '$40.83', '$'],
    ['JPY', 1000, 91, '¥1,000', '¥909', '¥'],
    ['KWD', 5120, 0, 'KWD 5.120', 'KWD 5.120', 'KWD'],
    ['HUF', 1000, 0, 'Ft 10.00', 'Ft 10.00', 'Ft'],
    ['ISK', 1000, 0, 'kr 1,000', 'kr 1,000', 'kr'],
    ['CAD', 1999, 0, '$19.99', '$19.99', '$'],
    ['IDR', 150_000_000_000, 0, 'Rp 1,500,000,000.00', 'Rp 1,500,000,000.00', 'Rp'],
  ])(
    'of %s is shown in the precision of the currency',
    async (currency, total, tax, formatted, subtotal, symbol) => {
      const sale = await sell({ currency, total, tax })
      const words = (text: unknown) => String(text).replaceAll('\u00a0', ' ')
      for (const path of [`/v1/orders/${sale.orderId}`, `/v1/order_items/${sale.itemId}`]) {
        const { attributes } = await show(path)
        expect(attributes).toMatchObject({
          currency_code: currency,
          total_price_in_cents: total,
          subtotal_in_cents: total - tax,
          sales_tax_amount_in_cents: tax,
          discount_amount_in_cents: 0,
          currency_symbol: symbol,
        })
        expect([words(attributes.formatted_total_price), words(attributes.formatted_subtotal)]).toEqual([
          formatted,
          subtotal,
        ])
      }
      const { attributes } = await show(`/v1/transactions/${sale.transactionId}`)
      expect(attributes).toMatchObject({
        amount_in_cents: total,
        sales_tax_in_cents: tax,
        currency,
        currency_symbol: symbol,
      })
      expect(words(attributes.formatted_amount)).toBe(formatted)
    },
  )
})

describe('lists of transactions', () => {
  test('have succeeded payments, refunds and disputes; others are found by id and by filters', async () => {
    const sale = await sell({ at: new Date(h.app.clock.now().getTime() - 60_000) })
    const refund = await addTransaction(sale, { action: 'refund', amount: -500 })
    const dispute = await addTransaction(sale, { action: 'dispute', amount: -4400 })
    const failed = await addTransaction(sale, { action: 'charge', state: 'failed', amount: 4900 })
    const pending = await addTransaction(sale, { action: 'charge', state: 'initialized', amount: 4900 })
    const free = await addTransaction(sale, { action: 'free_purchase', amount: 0 })
    const tried = await addTransaction(sale, { action: 'charge', amount: 4900, is_test: true })
    const of = (query = '') => idsOf(`/v1/transactions?filter[order_id]=${sale.orderId}${query}`)
    expect(await of()).toEqual([dispute, refund, sale.transactionId])
    expect(await of('&filter[state]=failed')).toEqual([failed])
    expect(await of('&filter[state]=initialized')).toEqual([pending])
    expect(await of('&filter[state]=succeeded')).toEqual([tried, free, dispute, refund, sale.transactionId])
    expect(await of('&filter[action]=free_purchase')).toEqual([free])
    expect(await of('&filter[action]=charge&filter[state]=failed')).toEqual([failed])
    for (const id of [failed, pending, free, tried])
      expect((await h.client.get(`/v1/transactions/${id}`)).status).toBe(200)
    expect((await show(`/v1/transactions/${refund}`)).attributes).toMatchObject({
      amount_in_cents: -500,
      formatted_amount: '-$5.00',
    })
  })

  test('are filtered by days of the site, by customer, and by name or e-mail', async () => {
    await h.client.patch(`/v1/sites/${siteId}`, {
      data: { type: 'sites', id: siteId, attributes: { time_zone: 'America/Los_Angeles' } },
    })
    const customerId = grace.customerId
    // In Los Angeles, the last minute of 31 January and the first of 1 February.
    const january = (await sell({ customerId, at: new Date('2025-02-01T07:59:00Z') })).transactionId
    const february = (await sell({ customerId, at: new Date('2025-02-01T08:01:00Z') })).transactionId
    const of = (query: string) => idsOf(`/v1/transactions?filter[site_id]=${siteId}&${query}`)
    expect(await of('filter[start_date]=2025-01-31&filter[end_date]=2025-01-31')).toEqual([january])
    expect(await of('filter[start_date]=2025-02-01&filter[end_date]=2025-02-28')).toEqual([february])
    expect(await of('filter[start_date]=2025-02-01T08:00:00Z&filter[end_date]=2025-02-28')).toEqual([
      february,
    ])
    expect(await of(`filter[customer_id]=${customerId}`)).toEqual([february, january])
    expect(await of(`filter[contact_id]=${grace.contactId}`)).toEqual([february, january])
    expect(await of('filter[name_or_email]=hOPPer')).toEqual([february, january])
    expect(await of('filter[name_or_email]=grace')).toEqual([february, january])
    expect(await of('filter[name_or_email]=nobody')).toEqual([])
    const { status, body } = await h.client.get('/v1/transactions?filter[start_date]=2025-02-30')
    expect([status, body.errors[0].source]).toEqual([400, { parameter: 'filter[start_date]' }])
    await h.client.patch(`/v1/sites/${siteId}`, {
      data: { type: 'sites', id: siteId, attributes: { time_zone: 'UTC' } },
    })
  })

  test('name all purchases of a bundle, and no offer', async () => {
    const [one, other] = [await sell(), await sell()]
    await h.app.db
      .updateTable('transactions')
      .set({ offer_id: null })
      .where('id', '=', one.transactionId)
      .execute()
    await h.app.db
      .insertInto('transaction_purchases')
      .values({
        site_id: siteId,
        transaction_id: one.transactionId,
        purchase_id: other.purchaseId,
        amount: 100,
      })
      .execute()
    const { body } = await h.client.get(`/v1/transactions/${one.transactionId}?include=customer,purchases`)
    expect(body.data.relationships.offer).toEqual({ data: null })
    const purchases = [one.purchaseId, other.purchaseId].map((id) => ({ type: 'purchases', id }))
    expect(body.data.relationships.purchases.data).toEqual(purchases)
    expect(body.included.map(({ type, id }: { type: string; id: string }) => `${type} ${id}`).sort()).toEqual(
      [`customers ${ada.customerId}`, ...purchases.map(({ id }) => `purchases ${id}`)].sort(),
    )
    expect(await idsOf(`/v1/transactions?filter[purchase_id]=${other.purchaseId}`)).toEqual(
      expect.arrayContaining([one.transactionId, other.transactionId]),
    )
  })
})

describe('orders and their items', () => {
  test('are compared by every operator of the document', async () => {
    const { orderId, itemId } = await sell({ customerId: grace.customerId, total: 123_456, currency: 'EUR' })
    const { order_number: number } = (await show(`/v1/orders/${orderId}`)).attributes
    const only = `filter[customer_id]=${grace.customerId}`
    for (const query of [
      `filter[order_number_eq]=${number}`,
      `filter[order_number_cont]=${number}`,
      'filter[total_price_in_cents_gt]=123455&filter[total_price_in_cents_lteq]=123456',
      'filter[currency_code_start]=EU',
      'filter[currency_code_in]=EUR,GBP',
      'filter[total_price_in_cents_in]=1,123456',
      `filter[fulfilled_at_null]=false&filter[currency_code_eq]=EUR`,
      `filter[name_or_email]=hopper&filter[currency_code_eq]=EUR`,
      `filter[offer_id]=${offer}&filter[currency_code_eq]=EUR`,
    ])
      expect([query, await idsOf(`/v1/orders?${only}&${query}`)]).toEqual([query, [orderId]])
    expect(await idsOf(`/v1/orders?${only}&filter[fulfilled_at_null]=true`)).toEqual([])
    for (const query of [
      'filter[item_type_eq]=Offer',
      'filter[item_type_cont]=Off',
      'filter[item_type_not_in]=Bundle,Subscription',
      `filter[item_id_eq]=${offer}`,
      `filter[item_id_in]=${offer},999999`,
      'filter[title_i_cont]=SOLD',
      'filter[quantity_gt]=0',
      'filter[total_price_in_cents_gteq]=123456&filter[total_price_in_cents_lteq]=123456',
      'filter[fulfilled_at_null]=false',
    ])
      expect([query, await idsOf(`/v1/order_items?filter[order_id]=${orderId}&${query}`)]).toEqual([
        query,
        [itemId],
      ])
    expect(await idsOf(`/v1/order_items?filter[order_id]=${orderId}&filter[quantity_gt]=1`)).toEqual([])
    expect(await idsOf(`/v1/order_items?filter[order_id]=${orderId}&filter[item_type_eq]=Bundle`)).toEqual([])
  })

  test('have what belongs to them', async () => {
    const sale = await sell()
    const { body } = await h.client.get(`/v1/orders/${sale.orderId}?include=order_items,customer,site`)
    expect(body.data.relationships).toMatchObject({
      customer: { data: { type: 'customers', id: ada.customerId } },
      order_items: { data: [{ type: 'order_items', id: sale.itemId }] },
      payment_transactions: { data: [{ type: 'transactions', id: sale.transactionId }] },
    })
    expect(body.included.map(({ type }: { type: string }) => type).sort()).toEqual([
      'customers',
      'order_items',
      'sites',
    ])
    const listed = (await h.client.get(`/v1/orders?include=customer&filter[customer_id]=${ada.customerId}`))
      .body
    expect(listed.included).toMatchObject([{ type: 'customers', id: ada.customerId }])
    expect((await show(`/v1/order_items/${sale.itemId}`)).attributes).toMatchObject({
      item_type: 'Offer',
      item_id: Number(offer),
      quantity: 1,
    })
  })
})

describe('purchases', () => {
  const set = (id: string, values: object) =>
    h.app.db.updateTable('purchases').set(values).where('id', '=', id).execute()
  const subscribe = async (purchaseId: string, values: object = {}) => {
    const at = h.app.clock.now()
    await h.app.db
      .insertInto('subscriptions')
      .values({
        site_id: siteId,
        purchase_id: purchaseId,
        customer_id: ada.customerId,
        provider: 'test',
        status: 'active',
        status_since: at,
        currency: 'USD',
        amount: 4900,
        interval: 'month',
        started_at: at,
        created_at: at,
        updated_at: at,
        ...values,
      })
      .execute()
  }

  test('are active until their end, which may be planned', async () => {
    const [open, planned, ended] = [await sell(), await sell(), await sell()].map(
      ({ purchaseId }) => purchaseId,
    )
    const from = (hours: number) => new Date(h.app.clock.now().getTime() + hours * 3_600_000)
    await set(planned!, { deactivated_at: from(1), deactivation_reason: 'canceled' })
    await set(ended!, { deactivated_at: from(-1), deactivation_reason: 'refund', closed_at: from(-1) })
    const of = (query: string) => idsOf(`/v1/purchases?filter[id_eq]=${[open, planned, ended]}&${query}`)
    expect(await of('filter[active]=true')).toEqual([planned, open])
    expect(await of('filter[active]=false')).toEqual([ended])
    expect(await of('filter[deactivated]=true')).toEqual([ended])
    expect(await of('filter[deactivated]=false')).toEqual([planned, open])
    expect(await of('filter[deactivation_reason_eq]=refund')).toEqual([ended])
  })

  test('are compared and sorted by every attribute that Kajabi names', async () => {
    const [plain, other] = [await sell({ total: 19_900 }), await sell({ total: 4_900 })].map(
      ({ purchaseId }) => purchaseId,
    )
    await set(plain!, {
      coupon_code: 'SPRING20',
      cardholder_name: 'Ada L.',
      billing_address_zip: '10001',
      source: 'newsletter',
      referrer: 'https://example.com/a',
      opt_in: true,
    })
    const of = (query: string) => idsOf(`/v1/purchases?filter[id_eq]=${plain},${other}&${query}`)
    for (const query of [
      'filter[amount_in_cents_eq]=19900',
      'filter[amount_in_cents_gt]=10000',
      'filter[amount_in_cents_cont]=199',
      'filter[coupon_code_eq]=SPRING20',
      'filter[coupon_code_start]=spr',
      'filter[cardholder_name_cont]=ada',
      'filter[billing_address_zip_end]=001',
      'filter[source_eq]=newsletter',
      'filter[referrer]=https://example.com/a',
      'filter[referrer_cont]=example',
      'filter[opt_in_eq]=true',
      'filter[opt_in_not_eq]=false',
    ])
      expect([query, await of(query)]).toEqual([query, [plain]])
    for (const query of [
      'filter[coupon_code_not_eq]=SPRING20',
      'filter[quantity_gte]=1&filter[amount_in_cents_lte]=4900',
    ])
      expect([query, await of(query)]).toEqual([query, [other]])
    expect(await of('sort=coupon_code')).toEqual([plain, other])
    expect(await of('sort=-opt_in')).toEqual([plain, other])
    const purchase = await show(`/v1/purchases/${plain}`)
    expect(purchase.attributes).toMatchObject({
      coupon_code: 'SPRING20',
      raw_extra_contact_information: {},
      opt_in: true,
    })
    expect(purchase.relationships.products.data).toEqual([{ type: 'products', id: product }])
  })

  test('say how many payments of a plan were made, and what their subscription does', async () => {
    const plan = await sell({ payment_type: 'multipay' })
    const started = h.app.clock.now()
    const trial_ends_at = new Date(started.getTime() + 14 * 86_400_000)
    await subscribe(plan.purchaseId, {
      status: 'past_due',
      payments_total: 4,
      started_at: started,
      trial_ends_at,
    })
    await addTransaction(plan, { action: 'subscription_charge', amount: 4900 })
    await addTransaction(plan, { action: 'subscription_charge', state: 'failed', amount: 4900 })
    expect((await show(`/v1/purchases/${plan.purchaseId}`)).attributes).toMatchObject({
      payment_type: 'multipay',
      multipay_payments_made: 2,
      payment_plan_total_payments: 4,
      trial: 14,
      trial_end_at: trial_ends_at.toISOString(),
      status: 'past_due',
    })
    expect(
      await idsOf(`/v1/purchases?filter[id_eq]=${plan.purchaseId}&filter[multipay_payments_made_gte]=2`),
    ).toEqual([plan.purchaseId])
    expect(await idsOf(`/v1/purchases?filter[id_eq]=${plan.purchaseId}&filter[status]=past_due`)).toEqual([
      plan.purchaseId,
    ])
  })

  test('that were paid for once have the status of their payment', async () => {
    const statusOf = async ({ purchaseId }: SaleIds) =>
      (await show(`/v1/purchases/${purchaseId}`)).attributes.status
    const [refunded, disputed] = [await sell(), await sell()]
    const settle = ({ purchaseId }: SaleIds) => {
      const origin = { actor: 'test', requestId: null, now: h.app.clock.now() }
      return inTransaction(h.app.db, (tx) => settlePurchases(tx, siteId, [purchaseId], origin))
    }
    const foundBy = (status: string) =>
      idsOf(
        `/v1/purchases?filter[id_eq]=${refunded.purchaseId},${disputed.purchaseId}&filter[status]=${status}`,
      )
    expect([
      await statusOf(refunded),
      (await show(`/v1/purchases/${refunded.purchaseId}`)).attributes.multipay_payments_made,
    ]).toEqual(['paid', null])
    await addTransaction(refunded, { action: 'refund', amount: -500 })
    await settle(refunded)
    expect(await statusOf(refunded)).toBe('paid')
    await addTransaction(refunded, { action: 'refund', amount: -4400 })
    await settle(refunded)
    expect(await statusOf(refunded)).toBe('refunded')
    expect([await foundBy('refunded'), await foundBy('paid')]).toEqual([
      [refunded.purchaseId],
      [disputed.purchaseId],
    ])
    const at = h.app.clock.now()
    const dispute = {
      site_id: siteId,
      transaction_id: disputed.transactionId,
      provider: 'test',
      reference: `dp_${unique()}`,
      amount: 4900,
      currency: 'USD',
      opened_at: at,
      created_at: at,
      updated_at: at,
    }
    const { id } = await h.app.db
      .insertInto('disputes')
      .values({ ...dispute, status: 'warning_needs_response' })
      .returning('id')
      .executeTakeFirstOrThrow()
    const become = async (values: object) => {
      await h.app.db.updateTable('disputes').set(values).where('id', '=', id).execute()
      await settle(disputed)
    }
    await settle(disputed)
    expect(await statusOf(disputed)).toBe('paid')
    await become({ status: 'needs_response' })
    expect(await statusOf(disputed)).toBe('disputed')
    expect([await foundBy('disputed'), await foundBy('paid')]).toEqual([[disputed.purchaseId], []])
    await become({ status: 'lost', lost_at: at })
    expect(await statusOf(disputed)).toBe('disputed')
    await become({ status: 'won', lost_at: null })
    expect(await statusOf(disputed)).toBe('paid')
  })
})

test('a payout has the transactions that it consists of, in decimal numbers', async () => {
  const sale = await sell({ total: 9900, tax: 990 })
  const id = await makePayout(h.app, siteId, { ...sale, amount: 9900, fee: 317 })
  const { attributes } = await show(`/v1/kajabi_payments_payouts/${id}?filter[site_id]=${siteId}`)
  const { order_number } = (await show(`/v1/orders/${sale.orderId}`)).attributes
  expect(attributes).toMatchObject({
    status: 'Paid',
    amount: 95.83,
    currency: 'USD',
    bank_account: 'Test Bank - 1234',
  })
  expect(attributes.transactions).toMatchObject([
    {
      transaction_type: 'Sale',
      pricing_type: 'One-time',
      sales_tax: 9.9,
      amount: 99,
      fee: 3.17,
      net: 95.83,
      customer_id: Number(ada.customerId),
      customer_name: 'Ada Lovelace',
      offer_ids: [Number(offer)],
      offer_titles: ['Sold offer'],
      provider: 'Stripe',
      presented_amount: 99,
      presented_currency: 'USD',
      exchange_rate: 1,
      quantity: 1,
      order_number: String(order_number),
    },
  ])
  const list = `/v1/kajabi_payments_payouts?filter[site_id]=${siteId}`
  expect(await idsOf(`${list}&filter[status]=paid&filter[start_date]=2020-01-01`)).toEqual([id])
  expect(await idsOf(`${list}&filter[status]=failed`)).toEqual([])
  expect(await idsOf(`${list}&filter[end_date]=2020-01-01`)).toEqual([])
})
