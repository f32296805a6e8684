import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDemo } from '../../demo/demo.ts'
import { examine } from '../../operations/doctor/examine.ts'
import { inTransaction } from '../../platform/db/database.ts'
import { deactivatePurchase, reactivatePurchase } from '../../sales/purchases/deactivate-purchase.ts'
import { lockPurchase } from '../../sales/purchases/lock-purchase.ts'
import { cancelSubscription } from '../../sales/subscriptions/cancel-subscription.ts'
import { lockTransaction } from '../../sales/transactions/find-transaction.ts'
import { recordRefund } from '../../sales/transactions/record-refund.ts'
import type { Client } from '../../testing/client.ts'
import { makeAccount, makeKey } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { runImport } from '../../testing/imports.ts'
import { inTx, itemOf, originAt, sell } from '../../testing/sales.ts'
import { type SecondServer, serveAgain } from '../../testing/serve-again.ts'
import { lists } from './lists.ts'
import type { Counts } from './outcome.ts'
import { runServerImport, type ServerImportOptions } from './run-import.ts'
import { Source } from './source.ts'

/** Where most tests import to, into an account of their own. */
let here: Harness
/** The other server, once as it is, and once as Kajabi's: without what Kajabi lacks. */
let there: Harness
let plain: SecondServer
let credentials: { clientId: string; clientSecret: string }
let thereClient: Client
let thereSite: string
let thereToken: string

beforeAll(async () => {
  here = await startHarness()
  there = await startHarness()
  const made = await inTransaction(there.app.db, (tx) => makeDemo(there.app, tx))
  credentials = { clientId: made.client_id, clientSecret: made.client_secret }
  plain = await serveAgain(there, { EXTENSIONS: 'off' })
  const answer = await fetch(`${there.url}/v1/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
    }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  thereToken = access_token
  thereClient = there.clientWith(access_token)
  thereSite = (await thereClient.get('/v1/sites')).body.data[0].id
  await fill(thereClient)
  await sellThere()
  await there.drain()
})
afterAll(async () => {
  await plain.close()
  await there.close()
  await here.close()
})

/** Something of each kind that the demo lacks. */
async function fill(client: Client): Promise<void> {
  const post = async (path: string, data: object, status = 201) => {
    const answer = await client.post(path, { data })
    expect([answer.status, answer.body.errors ?? []]).toEqual([status, []])
    return answer.body.data?.id as string
  }
  const tag = await post('/v1/contact_tags', { type: 'contact_tags', attributes: { name: 'Early, bird' } })
  const [contact] = (await client.get('/v1/contacts?sort=created_at')).body.data
  await post(`/v1/contacts/${contact.id}/relationships/tags`, [{ type: 'contact_tags', id: tag }], 200)
  await post('/v1/contact_notes', {
    type: 'contact_notes',
    attributes: { body: 'Called.' },
    relationships: { contact: { data: { type: 'contacts', id: contact.id } } },
  })
  await post(`/v1/contacts/${contact.id}/relationships/offers`, [{ type: 'offers', id: '1' }], 200)
  const other = await post('/v1/contacts', {
    type: 'contacts',
    id: '2147000001',
    attributes: {
      name: 'Grace Hopper',
      email: 'grace.h@example.com',
      subscribed: true,
      custom_1: 'Blue',
      address_city: 'New York',
      external_user_id: 'crm-7',
    },
  })
  await client.post(`/v1/contacts/${other}/relationships/offers`, {
    data: [
      { type: 'offers', id: '1' },
      { type: 'offers', id: '2' },
    ],
    meta: { expires_at: '2030-01-01T00:00:00.000Z' },
  })
  await client.delete(`/v1/contacts/${other}/relationships/offers`, { data: [{ type: 'offers', id: '2' }] })
  const forms = (await client.get('/v1/forms')).body.data
  await post(`/v1/forms/${forms[0].id}/submit`, {
    type: 'form_submissions',
    attributes: { name: 'Ada', email: 'ada.of.forms@example.com' },
  })
}

/** The account of the demo, and its owner. */
async function accountThere() {
  const { rows } = await sql<{ id: string; userId: string }>`
    select s.account_id as id, u.id as "userId" from sites s join users u on u.account_id = s.account_id
     where s.id = ${thereSite}`.execute(there.app.db)
  return { ...there.account, ...rows[0]! }
}

/** Who bought what: purchases in each state. */
const buyers: Record<string, string> = {}

async function sellThere(): Promise<void> {
  const { app } = there
  const origin = originAt(app)
  const day = 86_400_000
  const buy = async (name: string, item: Parameters<typeof sell>[3][number]) => {
    const contact = { type: 'contacts', attributes: { name, email: `${name}@example.com` } }
    buyers[name] = (await thereClient.post('/v1/contacts', { data: contact })).body.data.id
    return sell(app, thereSite, buyers[name]!, [item])
  }
  const locked = (
    id: string,
    work: (
      tx: Parameters<typeof lockPurchase>[0],
      one: Awaited<ReturnType<typeof lockPurchase>>,
    ) => Promise<unknown>,
  ) => inTx(app, async (tx) => work(tx, await lockPurchase(tx, [thereSite], id)))
  const refundAll = (id: string, amount: number) =>
    inTx(app, async (tx) => {
      const charge = (await lockTransaction(tx, thereSite, { id }))!
      await recordRefund(
        tx,
        charge,
        { state: 'succeeded', reference: null, amount, occurred_at: origin.now },
        origin,
      )
    })
  await buy('single', itemOf(app, '1', 4900))
  await buy('subscriber', itemOf(app, '1', 2900, 'subscription'))
  await buy('payer', itemOf(app, '1', 1900, 'multipay', 3))
  const canceled = await buy('canceled', itemOf(app, '1', 2900, 'subscription'))
  await locked(canceled.purchaseIds[0]!, (tx, one) => cancelSubscription(tx, one, origin))
  const stopped = await buy('stopped', itemOf(app, '1', 900))
  await locked(stopped.purchaseIds[0]!, (tx, one) => deactivatePurchase(tx, one, origin.now, origin))
  const ending = await buy('ending', itemOf(app, '1', 800))
  const end = new Date(origin.now.getTime() + 30 * day)
  await locked(ending.purchaseIds[0]!, (tx, one) => deactivatePurchase(tx, one, end, origin))
  const refunded = await buy('refunded', itemOf(app, '1', 700))
  await refundAll(refunded.transactionId!, 700)
  const forgiven = await buy('forgiven', itemOf(app, '1', 600))
  await refundAll(forgiven.transactionId!, 600)
  await locked(forgiven.purchaseIds[0]!, (tx, one) => reactivatePurchase(tx, one, origin))
}

const importFrom = (h: Harness, url: string, options: Partial<ServerImportOptions> = {}) =>
  siteIdsOf(h, options.accountId ?? h.account.id).then((siteIds) =>
    runServerImport(h.app, {
      source: new Source({ url, ...credentials, patienceMs: 20_000 }),
      accountId: h.account.id,
      siteIds,
      into: null,
      isDryRun: false,
      notify: false,
      actor: 'cli',
      ...options,
    }),
  )

const siteIdsOf = async (h: Harness, accountId: string): Promise<string[]> => {
  const rows = await h.app.db.selectFrom('sites').select('id').where('account_id', '=', accountId).execute()
  return rows.map(({ id }) => id)
}

interface Shown {
  id: string
  attributes: Record<string, unknown>
  relationships: Record<string, { data?: unknown }>
}

/** A list of the site as the API shows it, by id. */
async function listOf(client: Client, path: string, query = ''): Promise<Map<string, Shown>> {
  const { body } = await client.get(`${path}?filter[site_id]=${thereSite}&page[size]=500${query}`)
  return new Map(body.data.map((row: Shown) => [row.id, row]))
}

/** What differs, and the guide says so: addresses and names that a server gives, and what happened on it. */
const DIFFERS: Record<string, string[]> = {
  products: ['thumbnail_url', 'product_type_id'],
  courses: ['thumbnail_url'],
  offers: ['token', 'checkout_url', 'image_url'],
  podcasts: ['thumbnail_url', 'cover_art_url', 'distribution_ready'],
  blog_posts: ['image_url'],
  forms: ['webhook_url'],
  customers: ['sign_in_count', 'last_request_at'],
  form_submissions: ['confirmed_at'],
}

/** The attributes of a list that a server without extensions shows; null: it has none. */
async function shownPlainly(type: string): Promise<string[] | null> {
  const answer = await fetch(`${plain.url}/v1/${type}?filter[site_id]=${thereSite}`, {
    headers: { authorization: `Bearer ${thereToken}` },
  })
  if (answer.status === 404) return null
  const { data } = (await answer.json()) as { data: Shown[] }
  return Object.keys(data[0]!.attributes)
}

/** Of lists that a server without extensions does not have; and a field of a choice whose choices are hidden takes any text. */
const HIDDEN = ['body', 'drip_days', 'type']

/** Each as what is to be the same of it. */
function comparable(list: Map<string, Shown>, type: string, shown: string[]) {
  const without = ['updated_at', 'url', ...(DIFFERS[type] ?? [])]
  return Object.fromEntries(
    [...list].map(([id, { attributes }]) => [
      id,
      Object.fromEntries(
        Object.entries(attributes)
          .filter(([name]) => !without.includes(name) && shown.includes(name))
          .map(([name, value]) => [name, name === 'blocks' ? causesIn(value) : value]),
      ),
    ]),
  )
}

const causesIn = (blocks: unknown) => (blocks as { cause: string }[]).map(({ cause }) => cause)

const LISTS = [
  ...new Set(lists.map(({ path }) => path.slice('/v1/'.length)).filter((type) => type !== 'grants')),
  'modules',
  'lessons',
  'order_items',
]

/** What every customer of the site holds, and until when purchases and grants give it. */
async function holdingsOf(client: Client) {
  const customers = await listOf(client, '/v1/customers', '&include=offers')
  return Object.fromEntries(
    [...customers].map(([id, { relationships }]) => [
      id,
      [relationships.offers!.data, relationships.products!.data],
    ]),
  )
}

const endsOf = async (client: Client) =>
  [...(await listOf(client, '/v1/grants')).values()]
    .filter(({ attributes }) => attributes.revoked_at === null)
    .map(({ attributes: { expires_at }, relationships: { customer, offer } }) => [
      customer,
      offer,
      expires_at,
    ])
    .sort()

describe.each(['with extensions', 'without extensions'])('from a server %s', (kind) => {
  let here: Harness
  let url: string
  /** What the dry run said. */
  let trial: Map<string, Counts>
  const isHidden = kind === 'without extensions'
  beforeAll(async () => {
    here = await startHarness()
    url = isHidden ? plain.url : there.url
  })
  afterAll(() => here.close())

  test('a dry run says what would be created, and changes nothing', async () => {
    const { counts, unread } = await importFrom(here, url, { isDryRun: true })
    expect(unread).toEqual([])
    expect(counts.get('contacts')).toMatchObject({ created: 20, skipped: 0 })
    expect(counts.get('purchases')).toMatchObject({ created: 17, skipped: 0 })
    expect(counts.get('grants')).toMatchObject({ created: 3 })
    trial = counts
    expect((await here.client.get('/v1/contacts')).body.data).toEqual([])
  })

  test('everything is imported with its ids and attributes, and nothing follows', async () => {
    const { findings, unread, counts } = await importFrom(here, url)
    // The pictures of the demo have no https addresses here, and media cannot be without.
    for (const { type, problem, leftOut } of findings)
      expect([type, Object.keys(leftOut).filter((name) => !name.endsWith('_url')), problem]).toEqual([
        type,
        [],
        type === 'media' ? expect.stringContaining('https') : null,
      ])
    expect(unread).toEqual([])
    expect(counts.get('access_periods')).toEqual(trial.get('access_periods'))
    expect(counts.get('grants')).toMatchObject({ created: 3 })
    for (const type of LISTS) {
      const expected = await listOf(thereClient, `/v1/${type}`)
      const found = await listOf(here.client, `/v1/${type}`)
      const names = Object.keys([...expected.values()][0]!.attributes)
      const shown = !isHidden
        ? names
        : ((await shownPlainly(type)) ?? names).filter((name) => !HIDDEN.includes(name))
      expect([type, comparable(found, type, shown)]).toEqual([type, comparable(expected, type, shown)])
    }
    await here.drain()
    expect((await here.client.get('/v1/emails')).body.data).toEqual([])
  })

  test('everybody holds what they hold there, until the same time', async () => {
    expect(await holdingsOf(here.client)).toEqual(await holdingsOf(thereClient))
    if (!isHidden) expect(await endsOf(here.client)).toEqual(await endsOf(thereClient))
  })

  test('the doctor finds nothing', async () => {
    const found = (await examine(here.app)).filter(({ violations }) => violations !== 0)
    expect(found).toEqual([])
  })

  test('a second run changes nothing', async () => {
    const { counts } = await importFrom(here, url)
    for (const [type, { created, changed, skipped }] of counts)
      expect([type, created, changed, skipped]).toEqual([type, 0, 0, type === 'media' ? skipped : 0])
  })
})

describe('what changes between two runs', () => {
  test('is written, and what was changed or left here stays', async () => {
    await importFrom(here, there.url)
    const id = buyers.single!
    const change = (client: Client, attributes: object) =>
      client.patch(`/v1/contacts/${id}`, { data: { type: 'contacts', id, attributes } })
    await change(here.client, { subscribed: false, address_zip: '10001' })
    await change(thereClient, { subscribed: true, address_city: 'Leiden', email: 'moved@example.com' })
    await thereClient.delete('/v1/contacts/2147000001/relationships/offers', {
      data: [{ type: 'offers', id: '1' }],
    })
    const { counts } = await importFrom(here, there.url)
    expect(counts.get('contacts')).toMatchObject({ created: 0, changed: 1, skipped: 0 })
    expect((await here.client.get(`/v1/contacts/${id}`)).body.data.attributes).toMatchObject({
      subscribed: false,
      address_city: 'Leiden',
      address_zip: '10001',
      email: 'moved@example.com',
    })
    const held = await here.client.get('/v1/contacts/2147000001/relationships/offers')
    expect(held.body.data).toEqual([])
  })
})

/** Files that Kajabi exports, of what is sold there. */
async function filesOf(names: string[]) {
  const payments = await listOf(thereClient, '/v1/transactions')
  const paymentOf = (name: string, action: string) =>
    [...payments.values()].find(
      ({ attributes, relationships: { customer } }) =>
        attributes.action === action && (customer!.data as { id: string }).id === customers[name],
    )!.attributes
  const customers: Record<string, string> = {}
  for (const one of (await listOf(thereClient, '/v1/customers')).values())
    customers[String(one.attributes.name)] = one.id
  const cents = (amount: unknown) => `$${(Number(amount) / 100).toFixed(2)}`
  const day = String(paymentOf('stopped', 'charge').created_at)
  return {
    subscriptions: [
      'Kajabi Subscription ID,Customer Email,Offer ID,Amount,Currency,Status,Created At',
      ...names.map((name, n) => `s${n},${name}@example.com,1,$29.00,USD,Active,${day}`),
    ].join('\n'),
    transactions: [
      'ID,Customer Email,Offer ID,Amount,Currency,Status,Type,Created At',
      ...(
        [
          ['stopped', 'charge'],
          ['subscriber', 'subscribe'],
          ['refunded', 'charge'],
          ['refunded', 'refund'],
        ] as const
      ).map(([name, action], n) => {
        const { amount_in_cents } = paymentOf(name, action)
        // A refund was recorded with the time at which its test began.
        const { created_at } = paymentOf(name, action === 'refund' ? 'charge' : action)
        return `t${n},${name}@example.com,1,${cents(amount_in_cents)},USD,Succeeded,${action === 'refund' ? 'Refund' : 'Charge'},${created_at}`
      }),
    ].join('\n'),
  }
}

describe('sales that are in a file and in the API are there once', () => {
  const totals = async (client: Client) => {
    const total = async (path: string) => (await client.get(path)).body.meta.total_count
    return [await total('/v1/purchases'), await total('/v1/orders'), await total('/v1/transactions')]
  }

  const importFiles = async (client: Client) => {
    const files = await filesOf(['subscriber'])
    const statuses: string[][] = []
    for (const kind of ['subscriptions', 'transactions'] as const) {
      const { rows } = await runImport(here, files[kind], { kind }, client)
      statuses.push(rows.map(({ status }) => status))
    }
    return statuses
  }

  test('first from the API, then from the files, and the files again', async () => {
    const mine = await makeAccount(here.app)
    const client = here.clientWith(mine.token)
    await importFrom(here, there.url, { accountId: mine.id, into: mine.siteId })
    const before = await totals(client)
    expect((await importFiles(client))[1]).toEqual(['unchanged', 'unchanged', 'unchanged', 'unchanged'])
    expect(await importFiles(client)).toEqual([
      ['unchanged'],
      ['unchanged', 'unchanged', 'unchanged', 'unchanged'],
    ])
    expect(await totals(client)).toEqual(before)
  })

  test('first from the files, then from the API', async () => {
    const mine = await makeAccount(here.app)
    const client = here.clientWith(mine.token)
    const stop = new Error('before sales')
    const begun = importFrom(here, there.url, {
      accountId: mine.id,
      into: mine.siteId,
      onProgress: ({ list }) => {
        if (list === 'form_submissions') throw stop
      },
    })
    await expect(begun).rejects.toBe(stop)
    expect(await importFiles(client)).toEqual([['created'], ['created', 'created', 'created', 'created']])
    await importFrom(here, there.url, { accountId: mine.id, into: mine.siteId })
    expect(await totals(client)).toEqual(await totals(thereClient))
    const { counts } = await importFrom(here, there.url, { accountId: mine.id, into: mine.siteId })
    for (const type of ['orders', 'purchases', 'transactions'])
      expect([type, counts.get(type)]).toMatchObject([type, { created: 0, changed: 0, skipped: 0 }])
    const found = (await examine(here.app)).filter(({ violations }) => violations !== 0)
    expect(found).toEqual([])
  })
})

describe('into an account with resources of its own', () => {
  test('those of the same name are the same, whatever their handle; those of the same id or handle stay as they are', async () => {
    const mine = await makeAccount(here.app)
    const client = here.clientWith(mine.token)
    const [field, ...others] = [...(await listOf(thereClient, '/v1/custom_fields')).values()]
    const [tag] = [...(await listOf(thereClient, '/v1/contact_tags')).values()]
    const [form] = [...(await listOf(thereClient, '/v1/forms', '&include=fields')).values()]
    const [offer] = [...(await listOf(thereClient, '/v1/offers')).values()]
    const handle = String(field!.attributes.handle)
    const post = async (type: string, attributes: object, id?: string) => {
      const { status, body } = await client.post(`/v1/${type}`, { data: { type, id, attributes } })
      expect([status, body.errors]).toEqual([201, undefined])
      return body.data as Shown
    }
    const types = [
      'custom_fields',
      'custom_fields',
      'contact_tags',
      'contact_tags',
      'forms',
      'forms',
      'offers',
    ]
    const own = [
      await post('custom_fields', { title: 'Mine', handle, type: 'SelectBoxField', select_options: 'a\nb' }),
      await post('custom_fields', {
        title: ` ${field!.attributes.title}`.toUpperCase(),
        handle: 'custom_40',
      }),
      await post('contact_tags', { name: 'Mine' }, tag!.id),
      await post('contact_tags', { name: String(tag!.attributes.name).toUpperCase() }, '77777'),
      await post('forms', { title: 'Mine' }, form!.id),
      await post('forms', { title: form!.attributes.title }, '77777'),
      await post('offers', { title: 'Mine', price_in_cents: 100 }, offer!.id),
    ]
    const shown = () =>
      Promise.all(
        own.map(
          async ({ id }, index) => (await client.get(`/v1/${types[index]}/${id}`)).body.data.attributes,
        ),
      )
    const before = await shown()
    const { counts } = await importFrom(here, there.url, { accountId: mine.id, into: mine.siteId })
    expect(await shown()).toEqual(before)
    expect(counts.get('custom_fields')).toMatchObject({ created: others.length, changed: 0, unchanged: 1 })
    expect(counts.get('contact_tags')).toMatchObject({ changed: 0, unchanged: 1 })
    expect(counts.get('forms')).toMatchObject({ changed: 0, unchanged: 1 })
    const [grace] = (await client.get('/v1/contacts?filter[email]=grace.h@example.com')).body.data
    expect(grace.attributes).toMatchObject({ custom_40: 'Blue', [handle]: null })
    // What another has been made of here, it stays on later runs.
    const rename = { type: 'contact_tags', id: tag!.id, attributes: { name: 'Renamed there' } }
    await thereClient.patch(`/v1/contact_tags/${tag!.id}`, { data: rename })
    const again = await importFrom(here, there.url, { accountId: mine.id, into: mine.siteId })
    await thereClient.patch(`/v1/contact_tags/${tag!.id}`, {
      data: { ...rename, attributes: { name: tag!.attributes.name } },
    })
    expect(again.counts.get('contact_tags')).toMatchObject({ created: 0, changed: 0 })
    expect(await shown()).toEqual(before)
  })
})

describe('a run that is hindered', () => {
  const fail = (fault: object) =>
    fetch(`${there.url}/_testing/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-bestow-testing': '1' },
      body: JSON.stringify(fault),
    }).then((answer) => expect(answer.ok).toBe(true))

  test('waits when it is asked to, and tries again after failures and cut connections, and says so', async () => {
    await fail({ status: 429, retry_after: 1, match: 'GET /v1/contacts' })
    await fail({ status: 503, match: 'GET /v1/customers' })
    await fail({ status: 500, match: 'GET /v1/offers' })
    await fail({ drop: 'before', match: 'GET /v1/products' })
    await fail({ truncate: true, match: 'GET /v1/orders' })
    const retries: string[] = []
    const mine = await makeAccount(here.app)
    const { counts, unread } = await importFrom(here, there.url, {
      accountId: mine.id,
      source: new Source({ url: there.url, ...credentials, onRetry: ({ reason }) => retries.push(reason) }),
    })
    expect(unread).toEqual([])
    expect(counts.get('contacts')).toMatchObject({ created: 20 })
    expect(retries).toHaveLength(5)
    expect(retries[0]).toBe('The server cannot be reached.')
  })

  test('is continued after an interruption, and counts what both did', async () => {
    const account = await makeAccount(here.app)
    const stop = new Error('interrupted')
    const interrupted = importFrom(here, there.url, {
      accountId: account.id,
      onProgress: ({ list }) => {
        if (list === 'contacts') throw stop
      },
    })
    await expect(interrupted).rejects.toBe(stop)
    const { counts, continued } = await importFrom(here, there.url, { accountId: account.id })
    expect(continued).toBe(true)
    expect(counts.get('contacts')).toMatchObject({ created: 20, unchanged: 0 })
    expect(counts.get('products')).toMatchObject({ created: 4 })
  })

  test('of two at once, one ends with what to do', async () => {
    const account = await makeAccount(here.app)
    const runs = await Promise.allSettled(
      [1, 2].map(() => importFrom(here, there.url, { accountId: account.id })),
    )
    const failed = runs.filter((run) => run.status === 'rejected')
    for (const { reason } of failed) expect(reason.message).toMatch(/Another import|has already been taken/)
    expect(failed.length).toBeLessThan(2)
  })

  test('keeps ids where they are free in the account, and finds the others again', async () => {
    const account = await makeAccount(here.app)
    const client = here.clientWith(account.token)
    const taken = { type: 'products', id: '1', attributes: { title: 'Mine' } }
    expect((await client.post('/v1/products', { data: taken })).status).toBe(201)
    await importFrom(here, there.url, { accountId: account.id })
    expect((await client.get('/v1/products/1')).body.data.attributes.title).toBe('Mine')
    const { body } = await client.get('/v1/offers/1')
    expect(body.data.relationships.products.data[0].id).not.toBe('1')
    const { counts } = await importFrom(here, there.url, { accountId: account.id })
    expect(counts.get('products')).toMatchObject({ created: 0, changed: 0, unchanged: 4 })
  })

  test('reports what its key may not read, and imports the rest', async () => {
    const key = await makeKey(there.app, await accountThere(), ['view:sites', 'view:products'])
    const mine = await makeAccount(here.app)
    const { counts, unread } = await importFrom(here, there.url, {
      accountId: mine.id,
      source: new Source({ url: there.url, clientId: key.client_id, clientSecret: key.client_secret }),
    })
    expect(counts.get('products')).toMatchObject({ created: 4 })
    expect(unread).toContainEqual({ list: 'contacts', reason: expect.stringContaining('view:contacts') })
  })

  test.each([
    [
      'a wrong secret',
      () => new Source({ url: there.url, clientId: credentials.clientId, clientSecret: 'no' }),
      'client id and secret',
    ],
    ['a page of a web site', () => new Source({ url: `${there.url}/docs`, ...credentials }), 'not'],
    [
      'nobody',
      () => new Source({ url: 'http://127.0.0.1:9', ...credentials, patienceMs: 0 }),
      'cannot be reached',
    ],
    ['no address', () => new Source({ url: 'kajabi', ...credentials }), 'is no address'],
  ])('%s is an error that says what to do', async (_what, make, words) => {
    await expect((async () => importFrom(here, there.url, { source: make() }))()).rejects.toThrow(words)
  })
})
