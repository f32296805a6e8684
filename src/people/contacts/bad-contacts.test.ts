import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Account, makeAccount, makeContact, makeSite, makeThreeFields } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal, pointedAt, statusAt } from '../../testing/refusals.ts'

let h: Harness
let stranger: Account
let contactId: string
let foreignContactId: string

beforeAll(async () => {
  h = await startHarness()
  await makeThreeFields(h.app, h.account.siteId)
  stranger = await makeAccount(h.app)
  contactId = await makeContact(h.app, h.account.siteId, { email: 'ada@example.com' })
  foreignContactId = await makeContact(h.app, stranger.siteId)
})
afterAll(() => h.close())

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
  ])('%s is refused with a pointer', async (_, body, pointer) => {
    const headers = { 'content-type': 'application/json' }
    await expectRefusal(h.app, () => h.client.post('/v1/contacts', body, headers), statusAt(pointer), {
      pointer,
    })
    if (typeof body === 'object') expect(pointedAt(body, pointer)).not.toBe(undefined)
  })

  test('a missing e-mail is reported at the attributes', async () => {
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
    ['ada  lovelace@example.com', 'Email is not an e-mail address: it contains U+0020 SPACE'],
    ['ada\u200b@example.com', 'Email is not an e-mail address: it contains U+200B ZERO WIDTH SPACE'],
    ['Ada <ada@example.com>', 'Email is not an e-mail address'],
    ['ada@example.com, eve@example.com', 'Email is not an e-mail address'],
    [
      'ada@example.com\r\nBcc: eve@example.com',
      'Email is not an e-mail address: it contains U+000D CARRIAGE RETURN',
    ],
    ['ada\n@example.com', 'Email is not an e-mail address: it contains U+000A LINE FEED'],
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
    ['custom_1', ['x']],
    ['custom_29', 'x'],
    ['custom_4', null],
    ['subscribed', 'yes'],
    ['subscribed', null],
  ])('a value of %s that cannot be kept is refused', async (name, value) => {
    const body = contact({ attributes: { email, [name]: value } })
    await expectRefusal(h.app, () => h.client.post('/v1/contacts', body), 422, {
      pointer: `/data/attributes/${name}`,
    })
  })

  test('an account with several sites must name one', async () => {
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
    [
      'tags without data',
      { data: { type: 'contacts', relationships: { tags: {} } } },
      '/data/relationships/tags',
    ],
  ])('%s is refused with a pointer', async (_, body, pointer) => {
    const send = () => h.client.patch(`/v1/contacts/${contactId}`, body)
    await expectRefusal(h.app, send, 400, { pointer })
  })

  test.each(['GET', 'PATCH', 'DELETE'])('%s: ids that nobody has are not found', async (method) => {
    for (const id of ['999999', 'abc', '01', '9223372036854775808', foreignContactId]) {
      const body = method === 'PATCH' ? { data: { type: 'contacts', attributes: {} } } : undefined
      await expectRefusal(h.app, () => h.client.send(method, `/v1/contacts/${id}`, body), 404)
    }
  })

  test('DELETE with a body that is not JSON deletes nothing', async () => {
    const send = () =>
      h.client.delete(`/v1/contacts/${contactId}`, '{', { 'content-type': 'application/json' })
    await expectRefusal(h.app, send, 400, { pointer: '' })
  })

  test.each<[unknown, string]>([
    ['shopify:42', ''],
    [['42'], '/0'],
    [[{ source: 'shopify' }], '/0'],
    [[{ id: ' ' }], '/0/id'],
    [[{ id: '1' }, { source: 'a shop', id: '42' }], '/1/source'],
    [[{ id: '42', shop: 'x' }], '/0/shop'],
    [Array.from({ length: 101 }, (_, n) => ({ id: String(n) })), ''],
  ])('external_user_ids %j is refused at %j', async (external_user_ids, place) => {
    const id = await makeContact(h.app, h.account.siteId)
    const body = { data: { type: 'contacts', attributes: { external_user_ids } } }
    await expectRefusal(h.app, () => h.client.patch(`/v1/contacts/${id}`, body), 422, {
      pointer: `/data/attributes/external_user_ids${place}`,
    })
  })
})
