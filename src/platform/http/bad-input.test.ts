import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Account,
  makeAccount,
  makeContact,
  makeOffer,
  makeSite,
  offersBody,
} from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal, pointedAt, statusAt } from '../../testing/refusals.ts'

let h: Harness
let stranger: Account
const ids = {
  contacts: '',
  customers: '',
  offer: '',
  archived: '',
  strangers: '',
  foreignContact: '',
  foreignCustomer: '',
}

beforeAll(async () => {
  h = await startHarness()
  const { siteId } = h.account
  stranger = await makeAccount(h.app)
  ids.offer = await makeOffer(h.app, siteId)
  ids.archived = await makeOffer(h.app, siteId, { archived_at: new Date() })
  ids.strangers = await makeOffer(h.app, stranger.siteId)
  ids.contacts = await makeContact(h.app, siteId, { email: 'ada@example.com' })
  ids.foreignContact = await makeContact(h.app, stranger.siteId)
  const foreign = h.clientWith(stranger.token)
  const grant = `/relationships/offers`
  const { body } = await h.client.post(`/v1/contacts/${ids.contacts}${grant}`, offersBody([ids.offer]))
  ids.customers = body.meta.customer_id
  const theirs = await foreign.post(`/v1/contacts/${ids.foreignContact}${grant}`, offersBody([ids.strangers]))
  ids.foreignCustomer = theirs.body.meta.customer_id
})
afterAll(() => h.close())

const parents = ['contacts', 'customers'] as const
const methods = ['POST', 'PATCH', 'DELETE'] as const
const parentsAndMethods = parents.flatMap((parent) => methods.map((method) => ({ parent, method })))

const offersOf = (parent: (typeof parents)[number], id = ids[parent]) =>
  `/v1/${parent}/${id}/relationships/offers`

describe.each(parentsAndMethods)('$method offers of $parent', ({ parent, method }) => {
  const item = { type: 'offers', id: '1' }

  test.each([
    ['no body', undefined, ''],
    ['an empty body', ' ', ''],
    ['a body that is not JSON', '{"data": [', ''],
    ['null', 'null', ''],
    ['a text', '"offers"', ''],
    ['an array', [item], ''],
    ['no data', {}, ''],
    ['an object as data', { data: item }, '/data'],
    ['null as data', { data: null }, '/data'],
    ['an item that is an id', { data: ['1'] }, '/data/0'],
    ['an item without id', { data: [item, { type: 'offers' }] }, '/data/1'],
    ['an item without type', { data: [{ id: '1' }] }, '/data/0'],
    ['another type', { data: [item, { ...item, type: 'products' }] }, '/data/1/type'],
    ['the singular of the type', { data: [{ ...item, type: 'offer' }] }, '/data/0/type'],
    ['an id that is null', { data: [{ ...item, id: null }] }, '/data/0/id'],
    ['an id that is an object', { data: [{ ...item, id: {} }] }, '/data/0/id'],
    ['an id with a fraction', { data: [{ ...item, id: 1.5 }] }, '/data/0/id'],
    ['meta that is a list', { data: [], meta: [] }, '/meta'],
    ['meta that is null', { data: [], meta: null }, '/meta'],
    [
      'a welcome flag that is a string',
      { data: [], meta: { send_customer_welcome_email: 'false' } },
      '/meta/send_customer_welcome_email',
    ],
    [
      'a confirmation flag that is a number',
      { data: [], meta: { send_offer_grant_email: 1 } },
      '/meta/send_offer_grant_email',
    ],
    ['a gift that is a text', { data: [], meta: { gift: 'from Bob' } }, '/meta/gift'],
    ['a zero byte', { data: [], meta: { gift: { message: 'a\0b' } } }, '/meta/gift/message'],
    ['a member __proto__', '{"data": [{"type": "offers", "id": "1", "__proto__": {}}]}', '/data/0'],
    ['101 identifiers', { data: Array(101).fill(item) }, '/data'],
    ['a deep nest', `{"data": [], "x": ${'['.repeat(60)}${']'.repeat(60)}}`, `/x${'/0'.repeat(49)}`],
  ])('%s is refused with a pointer', async (_, body, pointer) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'bad-input' }
    await expectRefusal(
      h.app,
      () => h.client.send(method, offersOf(parent), body, headers),
      statusAt(pointer),
      { pointer },
    )
    if (typeof body === 'object') expect(pointedAt(body, pointer)).not.toBe(undefined)
  })

  test.each([
    '999999',
    'abc',
    '01',
    '0',
    '-1',
    '1.0',
    '9223372036854775808',
    '9'.repeat(150),
    '%00',
    '1%2F2',
  ])('an id that does not exist is not found: %s', async (id) => {
    await expectRefusal(
      h.app,
      () => h.client.send(method, offersOf(parent, id), offersBody([ids.offer])),
      404,
    )
  })

  test('an id of another account is not found', async () => {
    const id = parent === 'contacts' ? ids.foreignContact : ids.foreignCustomer
    await expectRefusal(
      h.app,
      () => h.client.send(method, offersOf(parent, id), offersBody([ids.offer])),
      404,
    )
  })

  test.each(['999999', '01', 'abc', '9223372036854775808', '', 0, -1, 1e25])(
    'an offer that does not exist is reported with a pointer to its list item: %j',
    async (id) => {
      const body = {
        data: [
          { type: 'offers', id: ids.offer },
          { type: 'offers', id },
        ],
      }
      await expectRefusal(h.app, () => h.client.send(method, offersOf(parent), body), 404, {
        pointer: '/data/1',
      })
    },
  )

  test('an offer of another account is reported with a pointer to its list item', async () => {
    const body = offersBody([ids.offer, ids.offer, ids.strangers])
    await expectRefusal(h.app, () => h.client.send(method, offersOf(parent), body), 404, {
      pointer: '/data/2',
    })
  })

  test('a body over 1 MB is refused', async () => {
    const body = { ...offersBody([ids.offer]), padding: 'x'.repeat(1024 * 1024) }
    await expectRefusal(h.app, () => h.client.send(method, offersOf(parent), body), 413)
  })

  test.each(['', ' ', 'k'.repeat(256)])('a blank or overlong Idempotency-Key is refused: %j', async (key) => {
    const send = () =>
      h.client.send(method, offersOf(parent), offersBody([ids.offer]), { 'idempotency-key': key })
    await expectRefusal(h.app, send, 400, { header: 'Idempotency-Key' })
  })
})

test.each(parentsAndMethods.filter(({ method }) => method !== 'DELETE'))(
  '$method offers of $parent: an archived offer is reported with a pointer to its list item',
  async ({ parent, method }) => {
    const body = offersBody([ids.offer, ids.archived])
    await expectRefusal(h.app, () => h.client.send(method, offersOf(parent), body), 404, {
      pointer: '/data/1',
    })
  },
)

test.each(['POST', 'PATCH'] as const)(
  '%s: an offer of another site of the account is not found',
  async (method) => {
    const account = await makeAccount(h.app)
    const client = h.clientWith(account.token)
    const contactId = await makeContact(h.app, account.siteId)
    const offerId = await makeOffer(h.app, await makeSite(h.app, account))
    const send = () => client.send(method, offersOf('contacts', contactId), offersBody([offerId]))
    await expectRefusal(h.app, send, 404, { pointer: '/data/0' })
  },
)
