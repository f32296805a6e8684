import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../../platform/db/database.ts'
import { makeCustomField, makeOffer, makeProduct, unique } from '../../testing/fixtures.ts'
import { makeForm } from '../../testing/forms.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { pagesReadBy, rowsReadBy, vacuum } from '../../testing/plans.ts'
import { recordStatements, type Statement } from '../../testing/statements.ts'
import { matchingContacts } from './condition-sql.ts'

/** Of them, every second is a customer, every tenth has the common tag and has submitted the common form, every
 * thousandth the rare ones. */
const CONTACTS = 30_000
/** Divides them. */
const PART = 5_000
/** Contacts for which conditions are evaluated: so few that reading all customers would take longer. */
const EVALUATED = 20

let h: Harness
let statements: Statement[]
const ids: Record<string, string> = {}

beforeAll(async () => {
  h = await startHarness({ isNew: true })
  const { siteId } = h.account
  ids.product = await makeProduct(h.app, siteId)
  ids.common = await makeOffer(h.app, siteId)
  ids.rare = await makeOffer(h.app, siteId, { productIds: [ids.product] })
  const run = (text: string, ...values: unknown[]) => h.app.pool.query(text, [siteId, ...values])
  ids.text = await makeCustomField(h.app, siteId, { number: 1 })
  ids.number = await makeCustomField(h.app, siteId, { number: 2, type: 'NumberField' })
  ids.rarelySet = await makeCustomField(h.app, siteId, { number: 3 })
  ids.rarelyUnset = await makeCustomField(h.app, siteId, { number: 4 })
  await h.app.pool.query('alter table contacts disable trigger contacts_custom_inserted')
  // In parts: on a busy machine one statement would exceed its time.
  for (let first = 1; first <= CONTACTS; first += PART)
    await run(
      `insert into contacts (site_id, id, name, email, custom, created_at, updated_at)
     select $1, i, 'Person ' || i, 'person' || i || '@example.com',
            jsonb_strip_nulls(jsonb_build_object(
              'custom_1', 'Member ' || i, 'custom_2', (i % 1000)::text,
              'custom_3', case when i % 1000 = 0 then 'Tea' end, 'custom_4', case when i % 1000 <> 0 then 'Yes' end)),
            now() - i * interval '1 minute', now()
       from generate_series(${first}, ${first + PART - 1}) i`,
    )
  await h.app.pool.query('alter table contacts enable trigger contacts_custom_inserted')
  await run(
    `insert into customers (site_id, id, contact_id, name, email, created_at, updated_at, last_request_at, net_revenue, bounced_at)
     select site_id, id, id, name, email, created_at, updated_at,
            case when id % 1000 = 0 then now() end, case when id % 1000 = 0 then 10 else 0 end,
            case when id % 1000 = 0 then now() end
       from contacts where site_id = $1 and id % 2 = 0`,
  )
  await run(
    `insert into offer_grants (site_id, customer_id, offer_id, source, granted_at, granted_by, starts_at, revoked_at, revoke_reason)
     select site_id, id, case when id % 1000 = 0 then $2 else $3 end::bigint, 'api', now(), 'test', now(),
            case when id % 2000 = 0 then now() end, case when id % 2000 = 0 then 'revoked' end
       from customers where site_id = $1`,
    ids.rare,
    ids.common,
  )
  for (const [name, every] of [
    ['commonTag', 10],
    ['rareTag', 1000],
  ] as const) {
    const { rows } = await run(
      'insert into contact_tags (site_id, name, created_at, updated_at) values ($1, $2, now(), now()) returning id',
      name,
    )
    ids[name] = rows[0].id
    await run(
      `insert into taggings (site_id, contact_id, tag_id, tagged_at, tagged_by)
       select site_id, id, $2, now(), 'test' from contacts where site_id = $1 and id % ${every} = 0`,
      ids[name],
    )
  }
  // As the trigger does it, which works row by row.
  for (let first = 1; first <= CONTACTS; first += PART)
    await run(
      `insert into contact_custom_values (site_id, contact_id, field_id, value, number)
     select c.site_id, c.id, f.id, given.value, case f.type when 'NumberField' then given.value::numeric end
       from contacts c cross join jsonb_each_text(c.custom) given
       join custom_fields f on f.site_id = c.site_id and 'custom_' || f.number = given.key
      where c.site_id = $1 and c.id between ${first} and ${first + PART - 1}`,
    )
  for (const [name, every] of [
    ['commonForm', 10],
    ['rareForm', 1000],
  ] as const) {
    ids[name] = await makeForm(h.app, siteId)
    await run(
      `insert into form_submissions (site_id, form_id, contact_id, name, email, created_at)
       select site_id, $2, id, name, email, now() from contacts where site_id = $1 and id % ${every} = 0`,
      ids[name],
    )
  }
  await vacuum(h.app.pool)
  statements = recordStatements(h.app.pool)
})
afterAll(() => h.close())

const written = (value: string) => value.replace(/\{(\w+)\}/g, (_, name) => ids[name]!)

/** The number of rows that the statements of a list request read. */
async function readForList(filter: string, value: string): Promise<number> {
  const path = `/v1/contacts?page[size]=10&filter[${filter}]=${encodeURIComponent(written(value))}`
  statements.length = 0
  expect((await h.client.get(path)).status).toBe(200)
  const reads = await rowsReadBy(h.app.pool, [...statements])
  return reads.reduce((sum, { read }) => sum + read, 0)
}

async function readForCondition(filter: string, value: string): Promise<number> {
  const contactIds = Array.from({ length: EVALUATED }, (_, i) => String((i + 1) * 1000))
  const scope = { siteIds: [h.account.siteId], now: h.app.clock.now(), baseUrl: '' }
  const condition = { filter, value: written(value) }
  statements.length = 0
  await inTransaction(h.app.db, (tx) => matchingContacts(tx, h.account.siteId, contactIds, condition, scope))
  const reads = await rowsReadBy(h.app.pool, [...statements])
  return reads.at(-1)!.read
}

/** Few contacts match, and an index finds them. */
const SELECTIVE: [string, string][] = [
  ['has_tag_id', '{rareTag}'],
  ['has_all_tag_id', '{commonTag},{rareTag}'],
  ['has_offer_id', '{rare}'],
  ['custom_1', 'Member 7000'],
  ['custom_1_in', 'Member 7000,Member 8000'],
  ['custom_1_cont', 'ber 2900'],
  ['custom_2', '999'],
  ['custom_2_gt', '998'],
  ['custom_3_null', 'false'],
  ['submitted_form_id', '{rareForm}'],
]

/** Many contacts match, or no index helps: every contact is read, but only a few times. */
const LINEAR: [string, string][] = [
  ['has_tag_id', '{commonTag}'],
  ['has_no_tag_id', '{rareTag}'],
  ['has_no_tag_id', '{commonTag}'],
  ['has_offer_id', '{common}'],
  ['has_no_offer_id', '{common}'],
  ['has_product_id', '{product}'],
  ['has_active_product_id', '{product}'],
  ['has_no_product_id', '{product}'],
  ['not_created_in_last', '5'],
  ['active_in_last', '7'],
  ['inactive_in_last', '7'],
  ['net_revenue_equal_to', '10'],
  ['net_revenue_less_than', '5'],
  ['is_hard_bouncing', 'false'],
  ['bounced_in_last', '7'],
  ['phone_number_contains', '30'],
  ['delivered_email_in_last', '7'],
  ['not_delivered_email_in_last', '7'],
  ['custom_1_not_eq', 'Member 7000'],
  ['custom_2_lt', '500'],
  ['custom_4_null', 'true'],
  ['custom_3_null', 'true'],
  ['custom_1_null', 'false'],
  ['submitted_form_id', '{commonForm}'],
  ['no_submitted_form_id', '{rareForm}'],
  ['no_submitted_form_id', '{commonForm}'],
]

/** Conditions of filter[where], of which few contacts match each. */
const SELECTIVE_TOGETHER: [string, object][] = [
  [
    'any',
    {
      any: [
        { filter: 'has_tag_id', value: '{rareTag}' },
        { filter: 'has_offer_id', value: '{rare}' },
      ],
    },
  ],
  [
    'any of texts',
    { any: ['7000', '8000', '9000'].map((id) => ({ filter: 'email', value: `person${id}@example.com` })) },
  ],
  [
    'any of custom fields and forms',
    {
      any: [
        { filter: 'custom_1', value: 'Member 7000' },
        { filter: 'custom_2_gt', value: '998' },
        { filter: 'submitted_form_id', value: '{rareForm}' },
      ],
    },
  ],
  [
    'any within all',
    {
      all: [
        { filter: 'has_tag_id', value: '{commonTag}' },
        {
          any: [
            { filter: 'search', value: 'person2900' },
            { filter: 'has_tag_id', value: '{rareTag}' },
          ],
        },
      ],
    },
  ],
  [
    'all within any, of which an index finds one part',
    {
      any: [
        {
          all: [
            { filter: 'has_tag_id', value: '{rareTag}' },
            { filter: 'subscribed', value: 'false' },
          ],
        },
        { filter: 'email', value: 'person7@example.com' },
      ],
    },
  ],
]

/** Conditions of which an index finds no part, or not every one. */
const LINEAR_TOGETHER: [string, object][] = [
  [
    'any',
    {
      any: [
        { filter: 'has_no_tag_id', value: '{rareTag}' },
        { filter: 'has_offer_id', value: '{rare}' },
      ],
    },
  ],
  [
    'any of many',
    {
      any: [
        { filter: 'has_tag_id', value: '{commonTag}' },
        { filter: 'has_offer_id', value: '{common}' },
        { filter: 'subscribed', value: 'true' },
      ],
    },
  ],
]

/** There is no index on the ended grants of a customer. */
const READS_ALL_GRANTS: [string, string] = ['previously_owned_product_id', '{product}']

test.each(SELECTIVE)('a list of %s=%s reads few more rows than it finds', async (filter, value) => {
  expect(await readForList(filter, value)).toBeLessThan(500)
})

test.each([
  ['custom_1_null', 'true', 0],
  ['custom_1_null', 'false', CONTACTS],
  ['custom_3_null', 'true', CONTACTS - CONTACTS / 1_000],
  ['custom_4_null', 'true', CONTACTS / 1_000],
  ['custom_4', 'Yes', CONTACTS - CONTACTS / 1_000],
])('a list of %s=%s, of which there are %i, reads few pages', async (filter, value, count) => {
  for (const parameter of ['page[number]=1', 'page[after]=']) {
    statements.length = 0
    const { body } = await h.client.get(`/v1/contacts?page[size]=10&filter[${filter}]=${value}&${parameter}`)
    if (parameter.endsWith('1')) expect(body.meta.total_count).toBe(count)
    expect(body.data).toHaveLength(Math.min(10, count))
    const pages = await pagesReadBy(h.app.pool, [...statements])
    // The contacts and the values are thousands.
    expect(pages.reduce((sum, read) => sum + read, 0)).toBeLessThan(500)
  }
})

test.each([
  ['a value that nearly all have', '4', 'Yes', CONTACTS - CONTACTS / 1_000],
  ['a value that one has', '1', 'Member 7', 1],
])('%s is counted without reading most of the values', async (_, number, value, count) => {
  const field = number === '4' ? ids.rarelyUnset : ids.text
  const read = await inTransaction(h.app.db, async (tx) => {
    const counted = await sql<{ count: string }>`
      select count_with_value(${h.account.siteId}, ${field}, ${number}, ${value}) as count`.execute(tx)
    expect(Number(counted.rows[0]!.count)).toBe(count)
    const { rows } = await sql<{ read: string }>`
      select pg_stat_get_xact_tuples_returned('contact_custom_values_key'::regclass) as read`.execute(tx)
    return Number(rows[0]!.read)
  })
  expect(read).toBeLessThan(100)
})

test.each([...LINEAR, READS_ALL_GRANTS])(
  'a list of %s=%s reads each of the contacts a few times at most',
  async (filter, value) => {
    expect(await readForList(filter, value)).toBeLessThan(5 * CONTACTS)
  },
)

test.each([...SELECTIVE, ...LINEAR])(
  'the condition %s=%s reads few more rows than the contacts for which it is evaluated',
  async (filter, value) => {
    expect(await readForCondition(filter, value)).toBeLessThan(EVALUATED * 20)
  },
)

test.each(SELECTIVE_TOGETHER)(
  'a list with filter[where] reads few more rows than it finds: %s',
  async (_, where) => {
    expect(await readForList('where', JSON.stringify(where))).toBeLessThan(1_000)
    expect(await readForList('segment_id', await segmentOf({ where }))).toBeLessThan(1_000)
  },
)

test.each(LINEAR_TOGETHER)(
  'a list with filter[where] reads each contact a few times: %s',
  async (_, where) => {
    expect(await readForList('where', JSON.stringify(where))).toBeLessThan(8 * CONTACTS)
  },
)

async function segmentOf(filter: object): Promise<string> {
  const attributes = { name: `Segment ${unique()}`, filter: JSON.parse(written(JSON.stringify(filter))) }
  return (await h.client.post('/v1/segments', { data: { type: 'segments', attributes } })).body.data.id
}

test.each(['contacts', 'customers'])(
  'a page of %s with their offers reads few more rows than it shows',
  async (type) => {
    statements.length = 0
    expect((await h.client.get(`/v1/${type}?page[size]=10&include=offers`)).status).toBe(200)
    const reads = await rowsReadBy(h.app.pool, [...statements])
    const ofHoldings = reads.filter(({ text }) => /holdings/.test(text))
    expect(ofHoldings).not.toHaveLength(0)
    for (const { read } of ofHoldings) expect(read).toBeLessThan(200)
  },
)

test.each([
  ['customers', 'customers?', CONTACTS / 2],
  ['grants of an offer', 'grants?filter[offer_id]={common}&', CONTACTS / 2 - CONTACTS / 1_000],
])('%s are counted from an index, and a page of them reads few rows', async (_, list, count) => {
  statements.length = 0
  const { body } = await h.client.get(`/v1/${written(list)}page[size]=10`)
  expect(body.meta.total_count).toBe(count)
  // The first call of a function on a connection reads its definition, too.
  await pagesReadBy(h.app.pool, [...statements])
  const pages = await pagesReadBy(h.app.pool, [...statements])
  // They fill more than 250 pages.
  expect(pages.reduce((sum, read) => sum + read, 0)).toBeLessThan(150)
})

test('a text that all contacts have is found by reading each a few times', async () => {
  expect(await readForList('custom_1_cont', 'ember')).toBeLessThan(5 * CONTACTS)
})

test('whatever the sample of statistics, a search of a custom field does not read the index of all its values', async () => {
  for (let sample = 0; sample < 20; sample++) {
    await h.app.pool.query('analyze contact_custom_values')
    expect(await readForList('custom_1_cont', 'ber 2900')).toBeLessThan(500)
  }
})
