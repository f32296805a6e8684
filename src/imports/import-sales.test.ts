import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../testing/client.ts'
import { makeAccount } from '../testing/fixtures.ts'
import { makeForm } from '../testing/forms.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { importForm, runImport } from '../testing/imports.ts'
import { readAmount } from './reading/read-amount.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

async function newAccount(): Promise<{ client: Client; siteId: string }> {
  const account = await makeAccount(h.app)
  return { client: h.clientWith(account.token), siteId: account.siteId }
}

async function makeOffer(client: Client, attributes: object): Promise<string> {
  const { status, body } = await client.post('/v1/offers', { data: { type: 'offers', attributes } })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.data.id
}

const CIRCLE = {
  title: 'The Circle',
  price_in_cents: 24_200,
  payment_type: 'subscription',
  interval: 'month',
}
const COURSE = { title: 'The Course', price_in_cents: 9_900 }

const SUBSCRIPTIONS = [
  'Kajabi Subscription ID,Customer Email,Customer Name,Customer ID,Offer ID,Offer Title,Amount,Currency,Interval,Status,Created At,Next Payment Date,Canceled On,Trial Ends On,Provider,Coupon Used',
  '501,ada@example.com,Ada,1,999999,The Circle,$242.00,USD,Month,Active,"Nov 28, 2025","Jan 28, 2099",,,Stripe,',
  '502,bob@example.com,Bob,2,,The Circle,$242.00,USD,Month,Canceled,"Jan 1, 2024",,"Mar 1, 2024",,Stripe,',
  '503,cy@example.com,Cy,3,,The Circle,"$2,420.00",USD,Year,Past Due,"Jan 1, 2025","Jan 1, 2026",,,Stripe,',
  '504,dee@example.com,Dee,4,,No Such Offer,$1.00,USD,Month,Active,"Jan 1, 2025",,,,Stripe,',
  '505,eve@example.com,Eve,5,,The Circle,$242.00,USD,Month,Dancing,"Jan 1, 2025",,,,Stripe,',
].join('\n')

// As Kajabi has them: the latest first.
const TRANSACTIONS = [
  'ID,Order No.,Customer ID,Customer Name,Customer Email,Created At,Type,Status,Amount,Currency,Tax Amount,Quantity,Offer ID,Offer Title,Payment Method,Provider,Coupon Used',
  '905,12,1,Ada,ada@example.com,2026-01-05 10:00:00 UTC,Refund,Succeeded,-$99.00,USD,,1,,The Course,card,Stripe,',
  '904,12,1,Ada,ada@example.com,2026-01-04 10:00:00 UTC,Charge,Refunded,$99.00,USD,$9.00,1,,The Course,card,Stripe,',
  '903,11,1,Ada,ada@example.com,2025-12-28 10:00:00 UTC,Charge,Succeeded,$242.00,USD,,1,,The Circle,card,Stripe,',
  '902,13,6,Fay,fay@example.com,2025-12-01 10:00:00 UTC,Charge,Failed,$99.00,USD,,1,,The Course,card,Stripe,',
  '901,14,7,Gus,gus@example.com,2025-12-01 10:00:00 UTC,Refund,Succeeded,-$5.00,USD,,1,,The Course,card,Stripe,',
  '900,15,8,Hal,hal@example.com,2025-12-01 10:00:00 UTC,Charge,Succeeded,$242.00,USD,,1,,The Circle,card,Stripe,',
].join('\n')

test('subscriptions and transactions of Kajabi are imported once, with the access and the revenue that follow', async () => {
  const { client } = await newAccount()
  await makeOffer(client, CIRCLE)
  await makeOffer(client, COURSE)

  const subscriptions = await runImport(h, SUBSCRIPTIONS, { kind: 'subscriptions' }, client)
  expect(subscriptions.rows.map(({ status, column }) => [status, column])).toEqual([
    ['created', null],
    ['created', null],
    ['created', null],
    ['rejected', 'Offer Title'],
    ['rejected', 'Status'],
  ])
  const purchaseOf = async (place: number) =>
    (await client.get(`/v1/purchases/${subscriptions.rows[place]!.result.purchase_id}`)).body.data.attributes
  expect(await purchaseOf(0)).toMatchObject({ deactivated_at: null, amount_in_cents: 24_200 })
  expect(await purchaseOf(1)).toMatchObject({
    deactivated_at: '2024-03-01T00:00:00.000Z',
    deactivation_reason: 'canceled',
  })
  expect(await purchaseOf(2)).toMatchObject({ amount_in_cents: 242_000 })

  const transactions = await runImport(h, TRANSACTIONS, { kind: 'transactions' }, client)
  expect(transactions.rows.map(({ line, status, code }) => [line, status, code])).toEqual([
    [2, 'created', null],
    [3, 'created', null],
    [4, 'created', null],
    [5, 'created', null],
    [6, 'rejected', 'charge_missing'],
    [7, 'rejected', 'subscription_missing'],
  ])
  // Orders have the times of their sales.
  const orders = (await client.get('/v1/orders?sort=created_at')).body.data
  expect(
    orders.map(({ attributes: { created_at, fulfilled_at } }: Dated) => [created_at, fulfilled_at]),
  ).toEqual([
    ['2024-01-01T00:00:00.000Z', '2024-01-01T00:00:00.000Z'],
    ['2025-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'],
    ['2025-11-28T00:00:00.000Z', '2025-11-28T00:00:00.000Z'],
    ['2025-12-01T10:00:00.000Z', null],
    ['2026-01-04T10:00:00.000Z', '2026-01-04T10:00:00.000Z'],
  ])
  const listed = (await client.get('/v1/transactions?sort=created_at')).body.data
  expect(
    listed.map(({ attributes: { action, amount_in_cents, created_at } }: Shown) => [
      action,
      amount_in_cents,
      created_at,
    ]),
  ).toEqual([
    ['subscription_charge', 24_200, '2025-12-28T10:00:00.000Z'],
    ['charge', 9_900, '2026-01-04T10:00:00.000Z'],
    ['refund', -9_900, '2026-01-05T10:00:00.000Z'],
  ])
  const ada = transactions.rows[0]!.contactId
  const customer = (await client.get(`/v1/contacts/${ada}?include=customer`)).body.included[0]
  expect(customer.attributes.net_revenue).toBe('242.0')

  for (const [file, kind] of [
    [SUBSCRIPTIONS, 'subscriptions'],
    [TRANSACTIONS, 'transactions'],
  ] as const) {
    const again = await runImport(h, file, { kind }, client)
    expect([kind, new Set(again.rows.map(({ status }) => status))]).toEqual([
      kind,
      new Set(['unchanged', 'rejected']),
    ])
  }
  expect((await client.get('/v1/transactions')).body.meta.total).toBe(3)
  await h.drain()
  expect((await client.get('/v1/emails')).body.data).toEqual([])
})

interface Dated {
  attributes: { created_at: string; fulfilled_at: string | null }
}

interface Shown {
  attributes: { action: string; amount_in_cents: number; created_at: string }
}

test('a subscription that has changed in a later file is changed', async () => {
  const { client } = await newAccount()
  await makeOffer(client, CIRCLE)
  const [header, active] = SUBSCRIPTIONS.split('\n')
  const first = await runImport(h, `${header}\n${active}`, { kind: 'subscriptions' }, client)
  const ended = active!.replace('Active', 'Canceled').replace('"Jan 28, 2099",', ',"Jan 15, 2026"')
  const second = await runImport(h, `${header}\n${ended}`, { kind: 'subscriptions' }, client)
  expect(second.rows).toMatchObject([{ status: 'changed', result: first.rows[0]!.result }])
  const { attributes } = (await client.get(`/v1/purchases/${first.rows[0]!.result.purchase_id}`)).body.data
  expect(attributes).toMatchObject({ deactivated_at: '2026-01-15T00:00:00.000Z' })
})

test('submissions are imported once, and nothing follows from them', async () => {
  const { client, siteId } = await newAccount()
  const form = await makeForm(h.app, siteId, { attributes: { title: 'Newsletter' } })
  const file = [
    'Email,Name,Form,Submitted At,City (address_city)',
    'ada@example.com,Ada,newsletter,2025-01-31 09:00:00 UTC,London',
    'ada@example.com,Ada,,2025-02-01 09:00:00 UTC,Paris',
    'bob@example.com,Bob,Other,soon,',
  ].join('\n')
  const fields = { kind: 'form_submissions', form_id: form }
  const { rows } = await runImport(h, file, fields, client)
  expect(rows.map(({ status }) => status)).toEqual(['created', 'created', 'rejected'])
  const { body } = await client.get(`/v1/form_submissions?filter[form_id]=${form}`)
  expect(body.data).toHaveLength(2)
  const again = await runImport(h, file, fields, client)
  expect(again.rows.map(({ status }) => status)).toEqual(['unchanged', 'unchanged', 'rejected'])
})

test('a form that the site does not have, or for files of another kind, is refused before the file is read', async () => {
  const { client, siteId } = await newAccount()
  const form = await makeForm(h.app, siteId, { attributes: { title: 'Newsletter' } })
  const file = 'Email,Submitted At\nada@example.com,2025-01-31\n'
  const post = async (fields: Record<string, string>) =>
    (await client.post('/v1/imports', importForm(file, fields))).body.errors[0]
  expect(await post({ kind: 'form_submissions', form_id: '4711' })).toMatchObject({
    status: '422',
    code: 'not_found',
    source: { pointer: '/form_id' },
    detail: expect.stringContaining(`${form} (Newsletter)`),
  })
  expect(await post({ form_id: form })).toMatchObject({
    status: '422',
    detail: expect.stringContaining('form_submissions alone'),
  })
  expect((await client.get('/v1/imports')).body.data).toEqual([])
  const { rows } = await runImport(h, file, { kind: 'form_submissions' }, client)
  expect(rows[0]!.detail).toBe(
    'The site has no form with this id or title. Name one in the file, or with form_id.',
  )
})

test('an amount with the sign of another currency than that of its row is rejected', async () => {
  const { client } = await newAccount()
  await makeOffer(client, COURSE)
  const file = [
    'ID;Customer Email;Offer Title;Amount;Currency;Status;Created At',
    ...['1.242,00 €;USD', '1.242,00 €;EUR', 'CA$5;USD', 'US$5;CAD', '$5;CAD', 'EUR 5;USD', 'kr 5;USD'].map(
      (money, n) => `${n};ada${n}@example.com;The Course;${money};Succeeded;2025-01-0${n + 1}`,
    ),
  ].join('\n')
  const { rows } = await runImport(h, file, { kind: 'transactions' }, client)
  expect(rows.map(({ code, column }) => [code, column])).toEqual(
    [true, false, true, true, false, true, true].map((isRefused) =>
      isRefused ? ['currency_mismatch', 'Amount'] : [null, null],
    ),
  )
})

test.each([
  ['$242.00', 'USD', 24_200],
  ['$1,242.00', 'USD', 124_200],
  ['1.242,00 €', 'EUR', 124_200],
  ['-$49.00', 'USD', -4_900],
  ['($49.00)', 'USD', -4_900],
  ['49', 'USD', 4_900],
  ['49.5', 'USD', 4_950],
  ['1,242', 'USD', 124_200],
  ['¥1,000', 'JPY', 1_000],
  ['9.900', 'KWD', 9_900],
  ['0.00', 'USD', 0],
  ['free', 'USD', null],
  ['', 'USD', null],
])('%j in %s is %s of the smallest unit', (text, currency, amount) => {
  expect(readAmount(text, currency)).toBe(amount)
})
