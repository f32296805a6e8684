import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issueForKey } from '../../accounts/oauth/issue-tokens.ts'
import type { MovableClock } from '../../platform/clock/clock.ts'
import type { Client } from '../../testing/client.ts'
import {
  makeAccount,
  makeContact,
  makeOffer,
  makeProduct,
  makeSite,
  offersBody,
} from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
let offerId: string
let otherOfferId: string
let heldByNobody: string
let productId: string

/** In this order; the newest comes first in lists. */
const PEOPLE = [
  ['Ann Exact', 'ann@example.com'],
  ['Mary Ann Longer', 'mary-ann@example.com'],
  ['Joann', 'joann@example.com.au'],
  ['Wild_Card 100%', 'wild_card@example.com'],
  ['Back\\slash', 'back@example.com'],
] as const

beforeAll(async () => {
  h = await startHarness()
  const { siteId } = h.account
  productId = await makeProduct(h.app, siteId)
  offerId = await makeOffer(h.app, siteId, { productIds: [productId] })
  otherOfferId = await makeOffer(h.app, siteId, { access_days: 30 })
  heldByNobody = await makeOffer(h.app, siteId)
  for (const [name, email] of PEOPLE) {
    const id = await makeContact(h.app, siteId, { name, email })
    const held = name === 'Joann' ? offerId : otherOfferId
    await h.client.post(`/v1/contacts/${id}/relationships/offers`, offersBody([held]))
  }
  await h.app.db
    .updateTable('contacts')
    .set({ subscribed: true })
    .where('email', '=', 'back@example.com')
    .execute()
})
afterAll(() => h.close())

const ask = async (list: string, parameters: Record<string, string>, client: Client = h.client) =>
  (await client.get(`/v1/${list}?${new URLSearchParams(parameters)}`)).body

const names = (body: { data: { attributes: { name: string } }[] }) =>
  body.data.map(({ attributes }) => attributes.name)

const newestFirst = PEOPLE.map(([name]) => name).toReversed()
const except = (...left: string[]) => newestFirst.filter((name) => !left.includes(name))

describe.each(['contacts', 'customers'])('GET /v1/%s', (list) => {
  test.each<[string, string, string[]]>([
    ['search', 'ANN', ['Joann', 'Mary Ann Longer', 'Ann Exact']],
    ['search', 'ann@example.com', ['Ann Exact', 'Joann', 'Mary Ann Longer']],
    ['search', ' Ann@Example.com ', ['Ann Exact', 'Joann', 'Mary Ann Longer']],
    ['search', '%', ['Wild_Card 100%']],
    ['search', '_', ['Wild_Card 100%']],
    ['search', '\\', ['Back\\slash']],
    ['search', "'; drop table contacts; --", []],
    ['email_contains', 'ann@example.com', ['Ann Exact', 'Joann', 'Mary Ann Longer']],
    ['email_contains', 'EXAMPLE.COM.AU', ['Joann']],
    ['email_contains', 'exact', []],
    ['email', 'ann@example.com', ['Ann Exact']],
    ['email', ' ANN@Example.COM ', ['Ann Exact']],
    ['email', 'ann', []],
    ['email', '%', []],
    ['email', '', []],
    ['email_eq', 'Ann@example.com', ['Ann Exact']],
    ['email_eq', 'ann@example', []],
    ['name_contains', 'ann', ['Joann', 'Mary Ann Longer', 'Ann Exact']],
    ['name_contains', 'example', []],
    ['subscribed', 'true', ['Back\\slash']],
    ['subscribed', 'false', except('Back\\slash')],
    ['created_in_last', '1', newestFirst],
    ['created_in_last', '36500', newestFirst],
  ])('filter[%s]=%j', async (filter, value, expected) => {
    const body = await ask(list, { [`filter[${filter}]`]: value })
    expect(names(body)).toEqual(expected)
    expect(body.meta.total_count).toBe(expected.length)
  })

  test('has_offer_id, has_no_offer_id and has_product_id use the offers held now', async () => {
    expect(names(await ask(list, { 'filter[has_offer_id]': offerId }))).toEqual(['Joann'])
    expect(names(await ask(list, { 'filter[has_no_offer_id]': offerId }))).toEqual(except('Joann'))
    expect(names(await ask(list, { 'filter[has_product_id]': productId }))).toEqual(['Joann'])
    expect(names(await ask(list, { 'filter[has_offer_id]': heldByNobody }))).toEqual([])
  })

  test('several filters are combined with "and"', async () => {
    const both = { 'filter[name_contains]': 'ann', 'filter[has_no_offer_id]': offerId }
    expect(names(await ask(list, both))).toEqual(['Mary Ann Longer', 'Ann Exact'])
  })

  test.each(['search', 'email_contains'])(
    'filter[%s]: the exact e-mail is the one on a page of one',
    async (filter) => {
      const parameters = { [`filter[${filter}]`]: 'ann@example.com', 'page[size]': '1' }
      const body = await ask(list, parameters)
      expect(names(body)).toEqual(['Ann Exact'])
      expect(body.meta.total_count).toBe(3)
      const next = (await h.client.get(body.links.next.slice(h.url.length))).body
      expect(names(next)).toEqual(['Joann'])
    },
  )

  test.each(['search', 'email_contains'])('filter[%s]: who sorts gets their order', async (filter) => {
    const body = await ask(list, { [`filter[${filter}]`]: 'ann@example.com', sort: '-name' })
    expect(names(body)).toEqual(['Mary Ann Longer', 'Joann', 'Ann Exact'])
  })

  test.each([
    ['subscribed', 'maybe'],
    ['subscribed', ''],
    ['created_in_last', 'week'],
    ['created_in_last', '-1'],
    ['created_in_last', ''],
    ['created_in_last', '99999999999'],
  ])('filter[%s]=%j is invalid and refused', async (filter, value) => {
    const body = await ask(list, { [`filter[${filter}]`]: value })
    expect(body.errors[0]).toMatchObject({ status: '400', source: { parameter: `filter[${filter}]` } })
  })

  test('an account with several sites must name one, and gets each separately', async () => {
    const account = await makeAccount(h.app)
    const client = h.clientWith(account.token)
    const secondSite = await makeSite(h.app, account)
    for (const [name, siteId] of [
      ['One', account.siteId],
      ['Two', secondSite],
    ] as const) {
      const id = await makeContact(h.app, siteId, { name, email: 'same@example.com' })
      const offer = await makeOffer(h.app, siteId)
      await client.post(`/v1/contacts/${id}/relationships/offers`, offersBody([offer]))
    }
    expect((await ask(list, {}, client)).errors[0]).toMatchObject({
      status: '400',
      source: { parameter: 'filter[site_id]' },
    })
    expect(names(await ask(list, { 'filter[site_id]': account.siteId }, client))).toEqual(['One'])
    expect(names(await ask(list, { 'filter[site_id]': secondSite }, client))).toEqual(['Two'])
    const wrongSite = { 'filter[site_id]': secondSite, 'filter[has_offer_id]': offerId }
    expect((await ask(list, wrongSite, client)).errors[0].status).toBe('404')
  })
})

test('a search is case-insensitive beyond ASCII too', async () => {
  const account = await makeAccount(h.app)
  const client = h.clientWith(account.token)
  await makeContact(h.app, account.siteId, { name: 'ÉMILE Łukasz Ñandú', email: 'jörg@example.com' })
  for (const [filter, value] of [
    ['search', 'émile łUKASZ'],
    ['name_contains', 'ñANDÚ'],
    ['email_contains', 'JÖRG'],
    ['email', 'Jörg@EXAMPLE.com'],
  ]) {
    expect([filter, names(await ask('contacts', { [`filter[${filter}]`]: value! }, client))]).toEqual([
      filter,
      ['ÉMILE Łukasz Ñandú'],
    ])
  }
})

describe('an e-mail address in a filter', () => {
  const stored = ['ada+news@bücher.example', 'mike@example.com']
  let client: ReturnType<typeof h.clientWith>
  beforeAll(async () => {
    const account = await makeAccount(h.app)
    client = h.clientWith(account.token)
    for (const email of stored) await makeContact(h.app, account.siteId, { name: email, email })
  })

  test.each([
    ['ada+news@bücher.example', stored[0]],
    ['ada news@bücher.example', stored[0]],
    ['ADA news@xn--bcher-kva.example', stored[0]],
    ['\u200bmike@example.com\ufeff', stored[1]],
    ['Mike@Example.com', stored[1]],
    // The Kelvin sign.
    ['mi\u212ae@example.com', undefined],
    ['not an address', undefined],
  ])('%j finds %s', async (value, found) => {
    for (const filter of ['email', 'email_eq']) {
      expect(names(await ask('contacts', { [`filter[${filter}]`]: value }, client))).toEqual(
        [found].filter(Boolean),
      )
    }
    if (!found) return
    for (const filter of ['search', 'email_contains'])
      expect(names(await ask('contacts', { [`filter[${filter}]`]: value }, client))).toEqual([found])
  })

  test.each(['email_contains', 'email_cont'])('also in a part of an address: filter[%s]', async (filter) => {
    for (const part of ['ada+news', 'a+news@b', '%20ada+news%20']) {
      const { body } = await client.get(`/v1/contacts?filter[${filter}]=${part}`)
      expect(names(body)).toEqual([stored[0]])
    }
  })

  test('an unescaped plus sign is a plus sign', async () => {
    const { body } = await client.get('/v1/contacts?filter[email]=ada+news@b%C3%BCcher.example')
    expect(names(body)).toEqual([stored[0]])
  })
})

test('created_in_last and expired access use the application’s clock', async () => {
  await (h.app.clock as MovableClock).advance(h.app.db, 31 * 86_400_000)
  const tokens = await issueForKey(h.app, h.account.clientId, h.account.clientSecret)
  const later = h.clientWith(tokens!.access_token)
  for (const list of ['contacts', 'customers']) {
    expect(names(await ask(list, { 'filter[created_in_last]': '30' }, later))).toEqual([])
    expect(names(await ask(list, { 'filter[has_offer_id]': otherOfferId }, later))).toEqual([])
    expect(names(await ask(list, { 'filter[has_offer_id]': offerId }, later))).toEqual(['Joann'])
  }
})
