import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTransaction } from '../../platform/db/database.ts'
import { daysBefore } from '../../platform/jsonapi/field-types.ts'
import { makeAccount, makeContact, makeOffer, makeProduct, offersBody } from '../../testing/fixtures.ts'
import { makeForm, submissionBody } from '../../testing/forms.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { makeSale } from '../../testing/sale-rows.ts'
import { matchingContacts } from './condition-sql.ts'
import { type Condition, parseCondition, segmentsIn } from './conditions.ts'
import { conditionFilters, contactFilters } from './contact-filters.ts'
import { contacts } from './contacts.resource.ts'
import { unknownFilters } from './filters/unknown-filters.ts'

let h: Harness
/** Ids that values in the tables may name, as in "{vip}". */
const ids: Record<string, string> = {}
/** Ids of contacts by name, including a deleted one and one of another account. */
const people = new Map<string, string>()

/** Bob, Cleo, Eve and Finn are customers. */
const EVERYBODY = ['Ada', 'Bob', 'Cleo', 'Dan', 'Eve', 'Finn']
const CUSTOMERS = ['Bob', 'Cleo', 'Eve', 'Finn']
const except = (...left: string[]) => EVERYBODY.filter((name) => !left.includes(name))
const daysAgo = (days: number) => daysBefore(h.app.clock.now(), days)

beforeAll(async () => {
  h = await startHarness()
  const { siteId } = h.account
  for (const name of [...EVERYBODY, 'Gone']) {
    people.set(name, await makeContact(h.app, siteId, { name, email: `${name}@example.com`.toLowerCase() }))
  }
  const stranger = await makeAccount(h.app)
  people.set(
    'Stranger',
    await makeContact(h.app, stranger.siteId, { name: 'Ada Bob', email: 'ada@example.com' }),
  )
  await makeTags(stranger.token)
  await makeAccess()
  await makeFacts()
  await makeSubmissions()
  await h.client.delete(`/v1/contacts/${people.get('Gone')}`)
})
afterAll(() => h.close())

async function makeTags(strangersToken: string) {
  const make = async (name: string, client = h.client) => {
    const data = { type: 'contact_tags', attributes: { name } }
    ids[name] = (await client.post('/v1/contact_tags', { data })).body.data.id
  }
  for (const name of ['vip', 'beta', 'old', 'unused']) await make(name)
  await make('foreign', h.clientWith(strangersToken))
  const tagsOf = { Ada: ['vip'], Bob: ['old'], Cleo: ['vip', 'beta'], Gone: ['vip'] }
  for (const [name, tags] of Object.entries(tagsOf)) {
    const data = tags.map((tag) => ({ type: 'contact_tags', id: ids[tag] }))
    await h.client.post(`/v1/contacts/${people.get(name)}/relationships/tags`, { data })
  }
  await h.client.delete(`/v1/contact_tags/${ids.old}`)
}

/** Bob holds the course; Cleo’s was revoked; Eve’s begins later; Finn’s has expired and is not closed yet. */
async function makeAccess() {
  const { siteId } = h.account
  ids.course = await makeProduct(h.app, siteId)
  ids.later = await makeProduct(h.app, siteId)
  ids.offer = await makeOffer(h.app, siteId, { productIds: [ids.course] })
  ids.laterOffer = await makeOffer(h.app, siteId, {
    productIds: [ids.later],
    access_begins_at: daysBefore(h.app.clock.now(), -10),
  })
  const grant = (name: string, offer: string, method: 'post' | 'delete' = 'post') =>
    h.client[method](`/v1/contacts/${people.get(name)}/relationships/offers`, offersBody([ids[offer]!]))
  for (const name of ['Bob', 'Cleo', 'Finn']) await grant(name, 'offer')
  await grant('Cleo', 'offer', 'delete')
  // A contact who holds it again has not held it "previously".
  await grant('Bob', 'offer', 'delete')
  await grant('Bob', 'offer')
  await grant('Eve', 'laterOffer')
  await sql`
    update offer_grants g set starts_at = ${daysAgo(2)}, expires_at = ${daysAgo(1)} from customers c
     where c.id = g.customer_id and c.contact_id = ${people.get('Finn')}`.execute(h.app.db)
  await makePurchases()
}

/** Bob and Finn have bought something that costs nothing. */
async function makePurchases() {
  const { siteId } = h.account
  const offerId = await makeOffer(h.app, siteId)
  for (const [name, code] of [
    ['Bob', 'Spring_20'],
    ['Finn', 'SPRING'],
  ] as const) {
    const { id: customerId } = await h.app.db
      .selectFrom('customers')
      .select('id')
      .where('contact_id', '=', people.get(name)!)
      .executeTakeFirstOrThrow()
    const { purchaseId } = await makeSale(h.app, siteId, {
      customerId,
      offerId,
      total: 0,
      payment_type: 'free',
    })
    await h.app.db.updateTable('purchases').set({ coupon_code: code }).where('id', '=', purchaseId).execute()
  }
}

async function makeFacts() {
  const change = (name: string, attributes: object) =>
    h.client.patch(`/v1/contacts/${people.get(name)}`, { data: { type: 'contacts', attributes } })
  await change('Ada', {
    subscribed: true,
    phone_number: '+49 30 123',
    mobile_phone_number: '+49 170 1',
    address_line_1: 'Unter den Linden 1',
    address_line_2: 'Haus_B',
    address_city: 'Berlin',
    address_state: 'BE',
    address_country: 'Germany',
    address_zip: '10117',
  })
  await change('Ada', { external_user_ids: [{ source: 'shopify', id: '42' }] })
  await change('Bob', { external_user_id: 'u-7' })
  await change('Cleo', { external_user_id: 'crm-7' })
  const set = (table: 'contacts' | 'customers', name: string, values: object) =>
    h.app.db
      .updateTable(table)
      .set(values)
      .where(table === 'contacts' ? 'contacts.id' : 'customers.contact_id', '=', people.get(name)!)
      .execute()
  await set('contacts', 'Dan', { created_at: daysAgo(40) })
  await set('customers', 'Bob', { last_request_at: daysAgo(2), net_revenue: 149.5 })
  await set('customers', 'Eve', { last_request_at: daysAgo(60), net_revenue: -20 })
  await set('customers', 'Cleo', { bounced_at: daysAgo(5) })
  await set('customers', 'Finn', { created_at: daysAgo(50) })
  await h.app.db
    .insertInto('emails')
    .values(
      (['sent', 'kept', 'sent'] as const).map((status, i) => ({
        site_id: h.account.siteId,
        kind: 'welcome',
        event_id: 1_000_000 + i,
        contact_id: people.get(['Eve', 'Bob', 'Finn'][i]!)!,
        status,
        created_at: daysAgo(20),
        sent_at: status === 'sent' ? daysAgo([3, 0, 20][i]!) : null,
      })),
    )
    .execute()
}

/** Dan has not confirmed his. */
async function makeSubmissions() {
  const { siteId } = h.account
  ids.form = await makeForm(h.app, siteId, { attributes: { subscribes: false } })
  ids.otherForm = await makeForm(h.app, siteId, { attributes: { double_opt_in: true } })
  const submit = (form: string, name: string) =>
    h.client.post(`/v1/forms/${ids[form]}/submit`, submissionBody({ name, email: `${name}@example.com` }))
  for (const name of ['Ada', 'Bob', 'Gone']) await submit('form', name)
  await submit('otherForm', 'Dan')
}

type Case = [filter: string, value: string, expected: string[]]

const KNOWN: Case[] = [
  ['search', 'ADA', ['Ada']],
  ['search', 'example.com', EVERYBODY],
  ['email', 'Bob@example.com', ['Bob']],
  ['email_eq', 'bob@example.com', ['Bob']],
  ['external_user_id', 'shopify:42', ['Ada']],
  ['external_user_id', 'u-7', ['Bob']],
  ['external_user_id_source', 'Shopify', ['Ada']],
  ['email_contains', 'o@ex', ['Cleo']],
  ['name_contains', 'an', ['Dan']],
  ['phone_number_contains', '30 12', ['Ada']],
  ['address_line_1_contains', 'LINDEN', ['Ada']],
  ['address_line_2_contains', 's_b', ['Ada']],
  ['address_line_2_contains', 'h__s', []],
  ['address_city_contains', 'berl', ['Ada']],
  ['address_city_contains', 'paris', []],
  ['address_state_contains', 'be', ['Ada']],
  ['address_country_contains', 'many', ['Ada']],
  ['address_zip_contains', '0117', ['Ada']],
  ['mobile_phone_number_contains', '70', ['Ada']],
  ['mobile_phone_number_contains', '30', []],

  ['created_in_last', '30', except('Dan')],
  ['created_in_last', '41', EVERYBODY],
  ['not_created_in_last', '30', ['Dan']],
  ['not_created_in_last', '41', []],
  ['joined_in_last', '30', ['Bob', 'Cleo', 'Eve']],
  ['joined_in_last', '60', CUSTOMERS],
  ['active_in_last', '30', ['Bob']],
  ['active_in_last', '90', ['Bob', 'Eve']],
  ['inactive_in_last', '30', except('Bob')],
  ['inactive_in_last', '1', EVERYBODY],
  ['subscribed', 'true', ['Ada']],
  ['subscribed', 'false', except('Ada')],
  ['never_subscribed', 'true', except('Ada')],
  ['never_subscribed', '0', ['Ada']],
  ['net_revenue_equal_to', '149.5', ['Bob']],
  ['net_revenue_equal_to', '149.50', ['Bob']],
  ['net_revenue_equal_to', '0', except('Bob', 'Eve')],
  ['net_revenue_equal_to', '-20', ['Eve']],
  ['net_revenue_greater_than', '0', ['Bob']],
  ['net_revenue_greater_than', '149.5', []],
  ['net_revenue_greater_than', '-20', except('Eve')],
  ['net_revenue_greater_than', '-20.01', EVERYBODY],
  ['net_revenue_less_than', '0', ['Eve']],
  ['net_revenue_less_than', '1', except('Bob')],
  ['net_revenue_less_than', '150', EVERYBODY],
  ['used_coupon_code', 'spring_20', ['Bob']],
  ['used_coupon_code', ' SPRING ', ['Finn']],
  ['used_coupon_code', 'SPRINGx20', []],
  ['delivered_email_in_last', '7', ['Eve']],
  ['delivered_email_in_last', '30', ['Eve', 'Finn']],
  ['not_delivered_email_in_last', '7', except('Eve')],
  ['is_hard_bouncing', 'true', ['Cleo']],
  ['is_hard_bouncing', 'false', except('Cleo')],
  ['bounced_in_last', '7', ['Cleo']],
  ['bounced_in_last', '3', []],

  ['has_tag_id', '{vip}', ['Ada', 'Cleo']],
  ['has_tag_id', '{unused}', []],
  // Archived.
  ['has_tag_id', '{old}', []],
  ['has_no_tag_id', '{vip}', except('Ada', 'Cleo')],
  ['has_no_tag_id', '{old}', EVERYBODY],
  ['has_all_tag_id', '{vip}', ['Ada', 'Cleo']],
  ['has_all_tag_id', ' {vip} , {beta},', ['Cleo']],
  ['has_all_tag_id', '{vip},{vip}', ['Ada', 'Cleo']],
  ['has_all_tag_id', '{vip},{old}', []],
  ['has_all_tag_id', '{vip},{foreign}', []],
  ['has_all_tag_id', '{vip},999999', []],
  ['has_all_tag_id', '{vip},abc', []],

  ['has_offer_id', '{offer}', ['Bob']],
  ['has_offer_id', '{laterOffer}', ['Eve']],
  ['has_no_offer_id', '{offer}', except('Bob')],
  ['has_product_id', '{course}', ['Bob']],
  ['has_product_id', '{later}', ['Eve']],
  ['has_active_product_id', '{course}', ['Bob']],
  ['has_active_product_id', '{later}', []],
  ['has_no_product_id', '{course}', except('Bob')],
  ['previously_owned_product_id', '{course}', ['Cleo', 'Finn']],
  ['previously_owned_product_id', '{later}', []],

  ['submitted_form_id', '{form}', ['Ada', 'Bob']],
  ['submitted_form_id', '{otherForm}', []],
  ['no_submitted_form_id', '{form}', except('Ada', 'Bob')],
  ['no_submitted_form_id', '{otherForm}', EVERYBODY],
]

/** Filters whose result does not depend on the data, each with a value as a client would send it. */
const UNKNOWN: Case[] = [
  ['is_hidden', 'true', []],
  ['is_hidden', 'false', EVERYBODY],
  ...Object.keys(unknownFilters)
    .filter((name) => name !== 'is_hidden')
    .map((name): Case => [name, '5', /^(no|not)_/.test(name) ? EVERYBODY : []]),
]

const written = (value: string) => value.replace(/\{(\w+)\}/g, (_, name) => ids[name]!)

const namesOf = (found: Set<string>) => [...people].filter(([, id]) => found.has(id)).map(([name]) => name)

async function asFilter(list: string, filter: string, value: string): Promise<string[]> {
  const query = new URLSearchParams({ [`filter[${filter}]`]: written(value) })
  const { body } = await h.client.get(`/v1/${list}?${query}`)
  expect(body.meta.total_count).toBe(body.data.length)
  return body.data.map((one: { attributes: { name: string } }) => one.attributes.name).sort()
}

/** The contacts that meet the condition, of all contacts including deleted ones and those of another account. */
async function asCondition(condition: Condition): Promise<string[]> {
  const scope = { siteIds: [h.account.siteId], now: h.app.clock.now(), baseUrl: '' }
  const found = await inTransaction(h.app.db, (tx) =>
    matchingContacts(tx, h.account.siteId, [...people.values()], condition, scope),
  )
  return namesOf(found)
}

const asWhere = (list: string, condition: Condition) => asFilter(list, 'where', JSON.stringify(condition))

describe.each([...KNOWN, ...UNKNOWN])('%s=%s', (filter, value, expected) => {
  test('finds the same contacts as a filter, as a condition and in filter[where]', async () => {
    const condition = parseCondition({ filter, value: written(value) }, [])
    expect(await asFilter('contacts', filter, value)).toEqual(expected)
    expect(await asCondition(condition)).toEqual(expected)
    expect(await asWhere('contacts', condition)).toEqual(expected)
  })

  // In lists of customers it is about becoming a customer.
  test.skipIf(/created_in_last/.test(filter))('finds those contacts who are customers', async () => {
    const customers = expected.filter((name) => CUSTOMERS.includes(name))
    expect(await asFilter('customers', filter, value)).toEqual(customers)
  })
})

test('every filter of contacts is in the table', () => {
  const tried = new Set([...KNOWN, ...UNKNOWN].map(([filter]) => filter))
  expect([...tried].sort()).toEqual(Object.keys(contactFilters).sort())
})

test('created_in_last in lists of customers is about becoming a customer', async () => {
  expect(await asFilter('customers', 'created_in_last', '30')).toEqual(['Bob', 'Cleo', 'Eve'])
  expect(await asFilter('customers', 'not_created_in_last', '30')).toEqual(['Finn'])
})

test.each([
  ['not_created_in_last', 'x'],
  ['joined_in_last', '-1'],
  ['not_opened_email_in_last', 'often'],
  ['is_hidden', 'perhaps'],
  ['never_subscribed', ''],
  ['net_revenue_equal_to', ''],
  ['net_revenue_greater_than', '1e5'],
  ['net_revenue_less_than', '9'.repeat(200)],
  ['has_all_tag_id', ''],
  ['has_all_tag_id', ' , '],
  ['has_all_tag_id', Array.from({ length: 21 }, (_, i) => i + 1).join()],
])('%s=%j is refused as a filter and as a condition', async (filter, value) => {
  const query = new URLSearchParams({ [`filter[${filter}]`]: value })
  const { status, body } = await h.client.get(`/v1/contacts?${query}`)
  expect([status, body.errors[0].source]).toEqual([400, { parameter: `filter[${filter}]` }])
  expect(() => parseCondition({ filter, value }, ['data', 'attributes', 'conditions'])).toThrow(
    expect.objectContaining({ status: 422, source: { pointer: '/data/attributes/conditions/value' } }),
  )
})

describe('conditions together', () => {
  const vip = () => ({ filter: 'has_tag_id', value: ids.vip! })
  const subscribed = { filter: 'subscribed', value: 'true' }
  const paid = { filter: 'net_revenue_greater_than', value: '0' }
  const emailHas = (value: string) => ({ filter: 'email_contains', value })

  test('all of them, any of them, and either within the other', async () => {
    expect(await asCondition({ all: [vip(), subscribed] })).toEqual(['Ada'])
    expect(await asCondition({ any: [vip(), paid] })).toEqual(['Ada', 'Bob', 'Cleo'])
    expect(await asCondition({ all: [{ any: [vip(), paid] }, emailHas('b@')] })).toEqual(['Bob'])
    expect(await asCondition({ any: [{ all: [vip(), emailHas('cleo@')] }, emailHas('dan@')] })).toEqual([
      'Cleo',
      'Dan',
    ])
    expect(await asCondition({ any: [emailHas('dan@'), { all: [subscribed, paid] }] })).toEqual(['Dan'])
  })

  test.each(['all', 'any'] as const)('a hundred of them, %s, are not too many', async (kind) => {
    const parts = Array(100).fill({ filter: 'previously_owned_product_id', value: ids.course! })
    const condition = parseCondition({ [kind]: parts }, [])
    expect(await asCondition(condition)).toEqual(['Cleo', 'Finn'])
  })

  test('are evaluated for the given contacts only', async () => {
    const scope = { siteIds: [h.account.siteId], now: h.app.clock.now(), baseUrl: '' }
    const ask = (contactIds: string[]) =>
      inTransaction(h.app.db, (tx) => matchingContacts(tx, h.account.siteId, contactIds, vip(), scope))
    expect(namesOf(await ask([people.get('Ada')!, people.get('Dan')!]))).toEqual(['Ada'])
    expect(await ask([])).toEqual(new Set())
  })
})

/** Comparisons that lists have for being a resource. */
const COMPARED: Case[] = [
  ['external_user_id_eq', 'crm-7', ['Cleo']],
  ['external_user_id_not_eq', 'crm-7', except('Cleo')],
  // Ada's has a source.
  ['external_user_id_null', 'true', except('Bob', 'Cleo')],
  ['external_user_id_cont', 'CRM', ['Cleo']],
  ['id_eq', '{Ada},{Gone},{Stranger},{Eve}', ['Ada', 'Eve']],
  ['id_gt', '{Cleo}', ['Dan', 'Eve', 'Finn']],
  ['created_at_lt', '{aMonthAgo}', ['Dan']],
  ['created_at_gteq', '{aMonthAgo}', except('Dan')],
  ['updated_at_gt', '{aMonthAgo}', EVERYBODY],
]

describe('comparisons', () => {
  beforeAll(async () => {
    for (const [name, id] of people) ids[name] = id
    ids.aMonthAgo = daysAgo(30).toISOString()
  })

  test.each(COMPARED)('%s=%s finds the same contacts in all places', async (filter, value, expected) => {
    const condition = parseCondition({ filter, value: written(value) }, [])
    expect(await asFilter('contacts', filter, value)).toEqual(expected)
    expect(await asCondition(condition)).toEqual(expected)
    expect(await asWhere('contacts', condition)).toEqual(expected)
  })

  test('every filter of the list of contacts can be part of a condition, under the same name', () => {
    expect(Object.keys(contacts.filters).filter((name) => !Object.hasOwn(conditionFilters, name))).toEqual([])
  })
})

/** A condition, and whom it is met by according to the tables. */
interface Generated {
  condition: Condition
  expected: string[]
}

describe('generated conditions', () => {
  /** Each with whom it has. */
  const segments: Case[] = []

  beforeAll(async () => {
    const make = async (filter: object, expected: string[]) => {
      const attributes = { name: `Segment ${segments.length}`, filter }
      const { status, body } = await h.client.post('/v1/segments', { data: { type: 'segments', attributes } })
      expect(status).toBe(201)
      segments.push(['segment_id', body.data.id, expected])
      segments.push(['not_segment_id', body.data.id, except(...expected)])
    }
    await make({}, EVERYBODY)
    await make({ has_tag_id: ids.vip, subscribed: true }, ['Ada'])
    const either = {
      any: [
        { filter: 'has_offer_id', value: ids.offer },
        { filter: 'email', value: 'dan@example.com' },
      ],
    }
    await make({ where: either }, ['Bob', 'Dan'])
    await make({ where: { any: [{ filter: 'segment_id', value: segments[2]![1] }, either] } }, [
      'Ada',
      'Bob',
      'Dan',
    ])
    await make({ not_segment_id: segments[6]![1], name_contains: 'e' }, ['Cleo', 'Eve'])
  })

  const leaf = (): fc.Arbitrary<Generated> =>
    fc
      .constantFrom(...KNOWN, ...segments)
      .map(([filter, value, expected]) => ({ condition: { filter, value: written(value) }, expected }))

  const generated = (): fc.Arbitrary<Generated> =>
    fc.letrec<{ one: Generated }>((tie) => ({
      one: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        { weight: 3, arbitrary: leaf() },
        { weight: 4, arbitrary: groupOf('all', tie('one')) },
        { weight: 5, arbitrary: groupOf('any', tie('one')) },
      ),
    })).one

  const groupOf = (kind: 'all' | 'any', part: fc.Arbitrary<Generated>): fc.Arbitrary<Generated> =>
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => {
      const isMet = (name: string) =>
        kind === 'all'
          ? parts.every(({ expected }) => expected.includes(name))
          : parts.some(({ expected }) => expected.includes(name))
      const conditions = parts.map(({ condition }) => condition)
      return {
        condition: kind === 'all' ? { all: conditions } : { any: conditions },
        expected: EVERYBODY.filter(isMet),
      }
    })

  test('are met by the same contacts in automations, in lists of contacts and in lists of customers', async () => {
    const isSmall = ({ condition }: Generated) => segmentsIn(condition).length <= 10
    await fc.assert(
      fc.asyncProperty(generated().filter(isSmall), async ({ condition, expected }) => {
        expect(await asCondition(condition)).toEqual(expected)
        expect(await asWhere('contacts', condition)).toEqual(expected)
        expect(await asWhere('customers', condition)).toEqual(
          expected.filter((name) => CUSTOMERS.includes(name)),
        )
      }),
      { numRuns: 60 },
    )
  })

  test('are combined with other filters by "and"', async () => {
    const where = {
      any: [
        { filter: 'has_tag_id', value: ids.vip! },
        { filter: 'email', value: 'dan@example.com' },
      ],
    }
    const query = new URLSearchParams({
      'filter[where]': JSON.stringify(where),
      'filter[segment_id]': segments[6]![1],
      'filter[not_created_in_last]': '30',
    })
    const { body } = await h.client.get(`/v1/contacts?${query}`)
    expect(body.data.map((one: { id: string }) => one.id)).toEqual([people.get('Dan')])
  })
})
