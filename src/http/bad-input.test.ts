import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Account,
  makeAccount,
  makeContact,
  makeOffer,
  makeSite,
  offersBody,
} from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { expectRefusal, pointedAt } from '../testing/refusals.ts'

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

const doors = ['contacts', 'customers'] as const
const methods = ['POST', 'PATCH', 'DELETE'] as const
const doorsAndMethods = doors.flatMap((door) => methods.map((method) => ({ door, method })))

const offersOf = (door: (typeof doors)[number], id = ids[door]) => `/v1/${door}/${id}/relationships/offers`

describe.each(doorsAndMethods)('$method offers of $door', ({ door, method }) => {
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
      'a welcome flag that is a text',
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
  ])('%s is refused and told by its place', async (_, body, pointer) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'bad-input' }
    await expectRefusal(h.app, () => h.client.send(method, offersOf(door), body, headers), 400, { pointer })
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
  ])('an id that nobody has is not found: %s', async (id) => {
    await expectRefusal(h.app, () => h.client.send(method, offersOf(door, id), offersBody([ids.offer])), 404)
  })

  test('an id of another account is not found', async () => {
    const id = door === 'contacts' ? ids.foreignContact : ids.foreignCustomer
    await expectRefusal(h.app, () => h.client.send(method, offersOf(door, id), offersBody([ids.offer])), 404)
  })

  test.each(['999999', '01', 'abc', '9223372036854775808', '', 0, -1, 1e25])(
    'an offer that does not exist is told by its place in the list: %j',
    async (id) => {
      const body = {
        data: [
          { type: 'offers', id: ids.offer },
          { type: 'offers', id },
        ],
      }
      await expectRefusal(h.app, () => h.client.send(method, offersOf(door), body), 404, {
        pointer: '/data/1',
      })
    },
  )

  test('an offer of another account is told by its place in the list', async () => {
    const body = offersBody([ids.offer, ids.offer, ids.strangers])
    await expectRefusal(h.app, () => h.client.send(method, offersOf(door), body), 404, { pointer: '/data/2' })
  })

  test('a body over 1 MB is refused', async () => {
    const body = { ...offersBody([ids.offer]), padding: 'x'.repeat(1024 * 1024) }
    await expectRefusal(h.app, () => h.client.send(method, offersOf(door), body), 413)
  })

  test.each(['', ' ', 'k'.repeat(256)])('a blank or overlong Idempotency-Key is refused: %j', async (key) => {
    const send = () =>
      h.client.send(method, offersOf(door), offersBody([ids.offer]), { 'idempotency-key': key })
    await expectRefusal(h.app, send, 400, { header: 'Idempotency-Key' })
  })
})

test.each(doorsAndMethods.filter(({ method }) => method !== 'DELETE'))(
  '$method offers of $door: an archived offer is told by its place in the list',
  async ({ door, method }) => {
    const body = offersBody([ids.offer, ids.archived])
    await expectRefusal(h.app, () => h.client.send(method, offersOf(door), body), 404, { pointer: '/data/1' })
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

describe('creating a contact', () => {
  const email = 'new@example.com'
  const attributes = { email }
  const contact = (members: object) => ({ data: { type: 'contacts', ...members } })
  const onSite = (data: unknown) => contact({ attributes, relationships: { site: { data } } })

  test.each([
    ['no body', undefined, ''],
    ['not JSON', 'email=ada@example.com', ''],
    ['an array', [], ''],
    ['no data', { attributes }, ''],
    ['a list as data', { data: [contact({ attributes }).data] }, '/data'],
    ['null as data', { data: null }, '/data'],
    ['no type', { data: { attributes } }, '/data'],
    ['another type', { data: { type: 'customers', attributes } }, '/data/type'],
    ['no attributes', contact({}), '/data'],
    ['attributes that are a list', contact({ attributes: [] }), '/data/attributes'],
    ['relationships that are a list', contact({ attributes, relationships: [] }), '/data/relationships'],
    ['a site without data', contact({ attributes, relationships: { site: {} } }), '/data/relationships/site'],
    ['a site that is null', onSite(null), '/data/relationships/site/data'],
    ['a site without id', onSite({ type: 'sites' }), '/data/relationships/site/data'],
    ['a site of another type', onSite({ type: 'offers', id: '1' }), '/data/relationships/site/data/type'],
    ['a zero byte', contact({ attributes: { email, name: 'a\0b' } }), '/data/attributes/name'],
  ])('%s is refused and told by its place', async (_, body, pointer) => {
    const headers = { 'content-type': 'application/json' }
    await expectRefusal(h.app, () => h.client.post('/v1/contacts', body, headers), 400, { pointer })
    if (typeof body === 'object') expect(pointedAt(body, pointer)).not.toBe(undefined)
  })

  test('an e-mail that is missing is told at the attributes', async () => {
    const send = () => h.client.post('/v1/contacts', contact({ attributes: { name: 'Ada' } }))
    const { body } = await expectRefusal(h.app, send, 422, { pointer: '/data/attributes' })
    expect(body.errors[0].detail).toBe("Email can't be blank")
  })

  test.each([
    ['', "Email can't be blank"],
    ['  ', "Email can't be blank"],
    [null, "Email can't be blank"],
    ['ada', 'Email is not an e-mail address'],
    ['ada@', 'Email is not an e-mail address'],
    ['@example.com', 'Email is not an e-mail address'],
    ['ada@@example.com', 'Email is not an e-mail address'],
    ['ada@-example.com', 'Email is not an e-mail address'],
    ['ada lovelace@example.com', 'Email is not an e-mail address'],
    ['Ada <ada@example.com>', 'Email is not an e-mail address'],
    ['ada@example.com, eve@example.com', 'Email is not an e-mail address'],
    ['ada@example.com\r\nBcc: eve@example.com', 'Email is not an e-mail address'],
    ['ada\n@example.com', 'Email is not an e-mail address'],
    [`${'a'.repeat(250)}@example.com`, 'Email is not an e-mail address'],
    [1815, 'Email is not an e-mail address'],
    [['ada@example.com'], 'Email is not an e-mail address'],
    ['ada@example.com', 'Email has already been taken'],
    [' ADA@Example.com ', 'Email has already been taken'],
  ])('the e-mail %j is refused', async (given, detail) => {
    for (const send of [
      () => h.client.post('/v1/contacts', contact({ attributes: { email: given } })),
      () => h.client.patch(`/v1/contacts/${other}`, contact({ attributes: { email: given } })),
    ]) {
      const { body } = await expectRefusal(h.app, send, 422, { pointer: '/data/attributes/email' })
      expect(body.errors[0].detail).toBe(detail)
    }
  })

  let other: string
  beforeAll(async () => {
    other = await makeContact(h.app, h.account.siteId)
  })

  test.each([
    ['name', {}],
    ['name', 'x'.repeat(1001)],
    ['phone_number', ['1']],
    ['custom_1', true],
    ['subscribed', 'yes'],
    ['subscribed', null],
  ])('a value of %s that cannot be kept is refused', async (name, value) => {
    const body = contact({ attributes: { email, [name]: value } })
    await expectRefusal(h.app, () => h.client.post('/v1/contacts', body), 422, {
      pointer: `/data/attributes/${name}`,
    })
  })

  test('an account with several sites must say which', async () => {
    const account = await makeAccount(h.app)
    await makeSite(h.app, account)
    const send = () => h.clientWith(account.token).post('/v1/contacts', contact({ attributes }))
    await expectRefusal(h.app, send, 400, { pointer: '/data' })
  })

  test.each(['999999', 'abc', '01', 7.5e18])('a site that does not exist is not found: %j', async (id) => {
    await expectRefusal(h.app, () => h.client.post('/v1/contacts', onSite({ type: 'sites', id })), 404, {
      pointer: '/data/relationships/site/data/id',
    })
  })

  test('a site of another account is not found', async () => {
    const body = onSite({ type: 'sites', id: stranger.siteId })
    await expectRefusal(h.app, () => h.client.post('/v1/contacts', body), 404, {
      pointer: '/data/relationships/site/data/id',
    })
  })

  test('a body over 1 MB is refused', async () => {
    const body = contact({ attributes: { ...attributes, note: 'x'.repeat(1024 * 1024) } })
    await expectRefusal(h.app, () => h.client.post('/v1/contacts', body), 413)
  })
})

describe('changing and deleting a contact', () => {
  test.each([
    ['no body', undefined, ''],
    ['no type', { data: { attributes: {} } }, '/data'],
    ['another id than the address', { data: { type: 'contacts', id: '999' } }, '/data/id'],
  ])('%s is refused and told by its place', async (_, body, pointer) => {
    const send = () => h.client.patch(`/v1/contacts/${ids.contacts}`, body)
    await expectRefusal(h.app, send, 400, { pointer })
  })

  test.each(['GET', 'PATCH', 'DELETE'])('%s: ids that nobody has are not found', async (method) => {
    for (const id of ['999999', 'abc', '01', '9223372036854775808', ids.foreignContact]) {
      const body = method === 'PATCH' ? { data: { type: 'contacts', attributes: {} } } : undefined
      await expectRefusal(h.app, () => h.client.send(method, `/v1/contacts/${id}`, body), 404)
    }
  })

  test('DELETE with a body that is not JSON deletes nothing', async () => {
    const send = () =>
      h.client.delete(`/v1/contacts/${ids.contacts}`, '{', { 'content-type': 'application/json' })
    await expectRefusal(h.app, send, 400, { pointer: '' })
  })

  test('external_user_id needs a customer', async () => {
    const id = await makeContact(h.app, h.account.siteId)
    const body = { data: { type: 'contacts', attributes: { external_user_id: 'x' } } }
    await expectRefusal(h.app, () => h.client.patch(`/v1/contacts/${id}`, body), 422, {
      pointer: '/data/attributes/external_user_id',
    })
  })
})
