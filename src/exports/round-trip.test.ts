import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../testing/client.ts'
import { makeAccount, makeContact, makeCustomField, makeSite } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { runImport } from '../testing/imports.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

/** An account in which there is nothing. */
const emptyAccount = async (): Promise<Client> => h.clientWith((await makeAccount(h.app)).token)

const exported = async (client: Client, kind: string): Promise<string> =>
  (await client.get(`/v1/exports?kind=${kind}`)).body

const FILE = [
  'Name,Email,ID,Member ID,Products,Tags,Created At,Member Created At,Last Activity,Phone Number (phone_number),Song (custom_4),Essay (custom_12),Subscribed,Business Number (business_number)',
  'Ada Lovelace,ada@example.com,2147000001,99001,"""Clay, for beginners"", Glazing","VIP, ""Early, bird"", ""x""",2020-11-05 11:10:44 -0700,2021-01-01 00:00:00 UTC,2022-01-01,+1 212 555 0100,=SUM(1),"line 1\nline 2",true,NL1',
  "'=HYPERLINK(1),grace@example.com,,,,,,,,-5,'+x,,false,",
  ',nobody@example.com,2147000002,99002,,,,,,,"a; ""b"", c",,,',
].join('\n')

test('contacts that are exported, imported into an empty account and exported again are the same file', async () => {
  const [first, second] = [await emptyAccount(), await emptyAccount()]
  const imported = await runImport(h, FILE, {}, first)
  expect(imported.job).toMatchObject({ counts: { created: 3 }, findings: { left_out: [] } })
  const file = await exported(first, 'contacts')
  expect(file.split('\r\n')[0]).toBe(
    'Name,First Name,Last Name,Email,ID,Member ID,Products,Tags,Created At,Member Created At,Last Activity,Phone Number (phone_number),Mobile Phone Number (mobile_phone_number),Address (address_line_1),Address Line 2 (address_line_2),City (address_city),State (address_state),Country (address_country),Zip Code (address_zip),Song (custom_4),Essay (custom_12),Business Number (business_number),Subscribed (subscribed)',
  )
  expect(file).toContain(
    'Ada Lovelace,Ada,Lovelace,ada@example.com,2147000001,99001,"""Clay, for beginners"", Glazing","""Early, bird"", VIP, x",2020-11-05 18:10:44 +0000,2021-01-01 00:00:00 +0000,2022-01-01 00:00:00 +0000,\'+1 212 555 0100',
  )
  // Nothing was lost on the way into the file.
  expect(file).toContain('nobody@example.com,2147000002,99002')
  const again = await runImport(h, file, {}, second)
  expect(again.job).toMatchObject({
    counts: { created: 3 },
    rejected: 0,
    findings: { left_out: [] },
  })
  expect(await exported(second, 'contacts')).toBe(file)
  // And into the account that they are from, nothing changes.
  expect((await runImport(h, file, {}, first)).job.counts).toEqual({ unchanged: 3 })
})

const OFFERS = [
  { id: '701', title: 'The Circle', price_in_cents: 24_200, payment_type: 'subscription', interval: 'month' },
  { id: '702', title: 'The Course', price_in_cents: 9_900, payment_type: 'single' },
  { id: '703', title: 'A Book, and more', price_in_cents: 1_000, payment_type: 'single' },
]
const FORM = '801'

const createOne = async (client: Client, data: object) => {
  const { type } = data as { type: string }
  const { status, body } = await client.post(`/v1/${type}`, { data })
  if (status !== 201) throw new Error(JSON.stringify(body))
}

/** An account with offers, their products and a form, whose ids the files name. */
async function accountThatSells(): Promise<Client> {
  const client = await emptyAccount()
  for (const { id, ...attributes } of OFFERS) {
    await createOne(client, { type: 'products', id, attributes: { title: `Product of ${attributes.title}` } })
    const relationships = { products: { data: [{ type: 'products', id }] } }
    await createOne(client, { type: 'offers', id, attributes, relationships })
  }
  await createOne(client, { type: 'forms', id: FORM, attributes: { title: 'Newsletter' } })
  return client
}

/** Another account with the same products, offers and forms: JSON Lines are what a POST takes. */
async function accountLike(other: Client): Promise<Client> {
  const client = await emptyAccount()
  for (const kind of ['products', 'offers', 'forms']) {
    const { body } = await other.get(`/v1/exports?kind=${kind}&format=jsonl`)
    for (const line of body.trimEnd().split('\n')) {
      const { relationships, ...data } = JSON.parse(line)
      const { site: _, ...others } = relationships
      await createOne(client, { ...data, relationships: others })
    }
  }
  return client
}

/** Some of every state, the later of the same person first, and ids that are sorted otherwise. */
const SUBSCRIPTIONS = [
  'Kajabi Subscription ID,Customer Email,Customer Name,Offer ID,Amount,Currency,Interval,Status,Created At,Next Payment Date,Canceled On,Trial Ends On,Coupon Used',
  '9,ada@example.com,Ada,701,$242.00,USD,Month,Active,"Nov 28, 2025","Jan 28, 2099",,,SPRING',
  '10,bob@example.com,=Bob,701,$242.00,USD,Month,Canceled,"Jan 1, 2024",,"Mar 1, 2024",,',
  '11,cy@example.com,Cy,701,"$2,420.00",USD,Every 3 months,Past Due,"Jan 1, 2024","Jan 1, 2026",,,',
  '12,ada@example.com,Ada,701,1000,JPY,Year,Active,"Feb 1, 2026","Feb 1, 2099","Mar 1, 2099",,',
  '13,dee@example.com,Dee,701,$242.00,USD,Week,Trialing,"Jan 1, 2026",,,"Jan 1, 2099",',
].join('\n')

const TRANSACTIONS = [
  'ID,Customer Email,Customer Name,Created At,Type,Status,Amount,Currency,Tax Amount,Quantity,Offer ID,Coupon Used',
  '905,bob@example.com,Bob,2026-01-05 10:00:00 UTC,Refund,Succeeded,-$49.00,USD,,,702,',
  '904,bob@example.com,Bob,2026-01-04 10:00:00 UTC,Charge,Refunded,$99.00,USD,$9.00,3,702,AUTUMN',
  '903,ada@example.com,Ada,2025-12-28 10:00:00 UTC,Charge,Succeeded,$242.00,USD,$20.00,,701,',
  '902,fay@example.com,Fay,2025-12-28 10:00:00 UTC,Charge,Failed,€99.00,EUR,,1,702,',
  '901,gus@example.com,Gus,2025-12-01 10:00:00 UTC,Charge,Succeeded,$0.00,USD,,1,702,',
].join('\n')

const SUBMISSIONS = [
  'Email,Name,Form ID,Submitted At,City (address_city),Song (custom_4),Essay (custom_12)',
  'ada@example.com,Ada,801,2025-01-31 09:00:00 UTC,London,-1,"line 1\nline 2"',
  'bob@example.com,Bob,801,2025-01-30 09:00:00 UTC,,,',
].join('\n')

/** In the order of docs/import.md. @returns what became of the rows, each once */
async function importAll(client: Client, files: Record<string, string>): Promise<Set<string>> {
  const statuses = new Set<string>()
  const withoutProducts = JSON.stringify({ Products: null })
  for (const [kind, fields] of [
    ['contacts', { map: withoutProducts }],
    ['subscriptions', {}],
    ['transactions', {}],
    ['contacts', {}],
    ['form_submissions', {}],
  ] as const) {
    const { job, rows } = await runImport(h, files[kind]!, { kind, ...fields }, client)
    expect([kind, job.status, rows.filter(({ status }) => status === 'rejected')]).toEqual([
      kind,
      'completed',
      [],
    ])
    for (const { status } of rows) statuses.add(status)
  }
  return statuses
}

async function exportAll(client: Client): Promise<Record<string, string>> {
  const kinds = ['contacts', 'subscriptions', 'transactions', 'form_submissions']
  return Object.fromEntries(
    await Promise.all(kinds.map(async (kind) => [kind, await exported(client, kind)])),
  )
}

test('contacts, subscriptions, payments and submissions that are exported, imported and exported again are the same files, and change nothing where they came from', async () => {
  const first = await accountThatSells()
  await importAll(first, {
    contacts: FILE,
    subscriptions: SUBSCRIPTIONS,
    transactions: TRANSACTIONS,
    form_submissions: SUBMISSIONS,
  })
  // What was sold here: two offers at once, an order without a reference, and a refund.
  const sale = {
    email: 'hal@example.com',
    provider: 'shop',
    provider_reference: 'A-1',
    items: [{ offer_id: '702' }, { offer_id: '703', quantity: 2 }],
  }
  const order = (await first.post('/v1/orders', { data: { type: 'orders', attributes: sale } })).body.data
  const refund = { type: 'transactions', attributes: { amount_in_cents: 500 } }
  expect(await first.post(`/v1/orders/${order.id}/refunds`, { data: refund })).toMatchObject({ status: 201 })
  const plain = { email: 'ivy@example.com', items: [{ offer_id: '701' }] }
  expect(await first.post('/v1/orders', { data: { type: 'orders', attributes: plain } })).toMatchObject({
    status: 201,
  })

  const files = await exportAll(first)
  const lines = (kind: string) => files[kind]!.trimEnd().split('\r\n').slice(1)
  expect(files.subscriptions!.split('\r\n')[0]).toBe(
    'Kajabi Subscription ID,Customer Email,Customer Name,Customer ID,Offer ID,Offer Title,Amount,Currency,Interval,Status,Created At,Next Payment Date,Canceled On,Trial Ends On,Coupon Used',
  )
  expect(lines('subscriptions')[0]).toMatch(
    /^10,bob@example.com,'=Bob,\d+,701,The Circle,\$242.00,USD,Month,Canceled,2024-01-01 00:00:00 \+0000,,2024-03-01 00:00:00 \+0000,,$/,
  )
  expect(lines('subscriptions')[1]).toContain('"$2,420.00",USD,Every 3 months,Past Due')
  expect(lines('subscriptions')).toHaveLength(6)
  expect(lines('transactions')[0]).toMatch(
    /^901,gus@example.com,Gus,\d+,2025-12-01 10:00:00 \+0000,Charge,Succeeded,\$0.00/,
  )
  expect(lines('transactions')[1]).toContain('Charge,Failed,99.00,EUR,,1,702,The Course,')
  expect(files.transactions).toContain("Refund,Succeeded,'-$49.00,USD,,,702,The Course,")
  expect(files.transactions).toMatch(/^[\w-]+:\d+\/1,hal@example.com,.*\$99.00,USD,,1,702,The Course,/m)
  expect(files.transactions).toMatch(
    /^[\w-]+:\d+\/2,hal@example.com,.*\$20.00,USD,,2,703,"A Book, and more",/m,
  )
  expect(lines('transactions')).toHaveLength(10)
  expect(lines('form_submissions')).toHaveLength(2)
  // Its own sales are found by the names that the export gave them.
  expect(await importAll(first, files)).toEqual(new Set(['unchanged']))
  expect(await exportAll(first)).toEqual(files)
  const second = await accountLike(first)
  await importAll(second, files)
  expect(await exportAll(second)).toEqual(files)
  expect(await importAll(second, files)).toEqual(new Set(['unchanged']))
})

test('JSON Lines have each resource as the API shows it, without links', async () => {
  const client = await emptyAccount()
  await runImport(h, 'Email,Tags\na@example.com,One\nb@example.com,\n', {}, client)
  const { body } = await client.get('/v1/exports?kind=contacts&format=jsonl')
  const lines = body
    .trimEnd()
    .split('\n')
    .map((line: string) => JSON.parse(line))
  const shown = await Promise.all(
    lines.map(async ({ id }: { id: string }) => {
      const { links: _, ...data } = (await client.get(`/v1/contacts/${id}`)).body.data
      return data
    }),
  )
  expect(lines).toMatchObject(shown.map(({ id, type, attributes }) => ({ id, type, attributes })))
  expect(lines).toHaveLength(2)
})

test('JSON Lines are those of all sites, each with its own custom fields', async () => {
  const account = await makeAccount(h.app)
  const client = h.clientWith(account.token)
  const second = await makeSite(h.app, account)
  await makeCustomField(h.app, second, { number: 7 })
  for (const siteId of [account.siteId, second]) await makeContact(h.app, siteId)
  const { status, body } = await client.get('/v1/exports?kind=contacts&format=jsonl')
  expect(status).toBe(200)
  const lines: string[] = body.trimEnd().split('\n')
  const hasField = lines.map((line) => 'custom_7' in JSON.parse(line).attributes)
  expect(hasField).toEqual([false, true])
  const one = await client.get(`/v1/exports?kind=contacts&format=jsonl&filter[site_id]=${second}`)
  expect(one.body).toBe(`${lines[1]}\n`)
})

test('what cannot be exported is refused with what can', async () => {
  for (const query of ['kind=shades', 'format=xml', 'kind=offers&format=csv']) {
    const { status, body } = await h.client.get(`/v1/exports?${query}`)
    expect([query, status, body.errors[0].detail]).toEqual([
      query,
      400,
      expect.stringContaining('must be one of'),
    ])
  }
})
