import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOffer, unique } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'
import { parseForm } from './forms.ts'
import { parseParameters } from './parameters.ts'

const FORM = 'application/x-www-form-urlencoded'
/** René, Zoë and a euro sign in Windows-1252. */
const WINDOWS = Buffer.from('name=Ren\xe9+Zo%EB+%80', 'latin1')

type ErrorBody = { errors: { code: string }[]; error_description: string }

describe('a form is read in the charset that it declares', () => {
  test.each([
    ['none, in UTF-8', FORM, Buffer.from('name=René+Zo%C3%AB+€')],
    ['utf-8', `${FORM}; charset=UTF-8`, Buffer.from('name=René+Zo%C3%AB+€')],
    ['windows-1252', `${FORM}; charset=windows-1252`, WINDOWS],
    ['a quoted one', `${FORM}; charset="Windows-1252"`, WINDOWS],
  ])('%s', async (_name, type, body) => {
    expect(await parseForm(type, body)).toEqual({ name: 'René Zoë €' })
  })

  test('each part of a multipart form in its own', async () => {
    const part = (name: string, type: string, text: string) =>
      `--b\r\ncontent-disposition: form-data; name="${name}"\r\n${type}\r\n${text}\r\n`
    const body = [
      part('old', 'content-type: text/plain; charset=windows-1252\r\n', 'Ren\xe9'),
      part('new', '', 'Ren\xc3\xa9'),
      '--b--\r\n',
    ].join('')
    expect(await parseForm('multipart/form-data; boundary=b', Buffer.from(body, 'latin1'))).toEqual({
      old: 'René',
      new: 'René',
    })
  })

  test.each([
    ['without one', FORM, WINDOWS],
    ['with a wrong one', `${FORM}; charset=utf-8`, WINDOWS],
    ['with one that nobody knows', `${FORM}; charset=klingon`, WINDOWS],
    ['in JSON', 'application/json', Buffer.from('{"name":"Ren\xe9"}', 'latin1')],
    [
      'in a part',
      'multipart/form-data; boundary=b',
      Buffer.from('--b\r\ncontent-disposition: form-data; name="a"\r\n\r\nRen\xe9\r\n--b--', 'latin1'),
    ],
  ])('bytes that are invalid in it are refused: %s', async (_name, type, body) => {
    await expect(parseForm(type, body)).rejects.toThrow(expect.objectContaining({ status: 400 }))
  })
})

test('a query is read like form fields, and must be UTF-8', () => {
  expect(parseParameters('a=1&a=2&b[]=x&b[]=y+z&c&d=%zz&e=%C3%A9&=f&&g=h=i&__proto__=j')).toEqual(
    Object.assign(Object.create(null), {
      a: '2',
      'b[]': ['x', 'y z'],
      c: '',
      d: '%zz',
      e: 'é',
      '': 'f',
      g: 'h=i',
      ['__proto__']: 'j',
    }),
  )
  expect(() => parseParameters('name=Ren%E9')).toThrow(expect.objectContaining({ code: 'invalid_encoding' }))
  expect(() => parseParameters('a&'.repeat(200))).not.toThrow()
  expect(() => parseParameters('a&'.repeat(201))).toThrow(
    expect.objectContaining({ status: 400, code: 'too_many_parameters' }),
  )
})

describe('over HTTP', () => {
  let h: Harness
  beforeAll(async () => {
    h = await startHarness()
  })
  afterAll(() => h.close())

  const post = (path: string, type: string, body: Uint8Array<ArrayBuffer>, token?: string) =>
    fetch(h.url + path, {
      method: 'POST',
      headers: { 'content-type': type, ...(token && { authorization: `Bearer ${token}` }) },
      body,
    })

  test('the name of a buyer that a shop sends as Windows-1252 is stored correctly', async () => {
    const offer = await makeOffer(h.app, h.account.siteId)
    const { body } = await h.client.get(`/v1/offers/${offer}/activation_url`)
    const path = body.data.attributes.activate_url.replace(h.url, '')
    const email = `buyer${unique()}@example.com`
    const bytes = Buffer.from(`name=Ren\xe9+Zo\xeb&email=${email}`, 'latin1')
    expect((await post(path, FORM, bytes)).status).toBe(400)
    expect((await post(path, `${FORM}; charset=windows-1252`, bytes)).status).toBe(200)
    const names = await h.app.db.selectFrom('contacts').select('name').where('email', '=', email).execute()
    expect(names).toEqual([{ name: 'René Zoë' }])
  })

  test('a document that is not UTF-8 is refused', async () => {
    const document = `{"data":{"type":"contacts","attributes":{"email":"r@example.com","name":"Ren\xe9"}}}`
    const answer = await post(
      '/v1/contacts',
      'application/json',
      Buffer.from(document, 'latin1'),
      h.account.token,
    )
    expect([answer.status, ((await answer.json()) as ErrorBody).errors[0]?.code]).toEqual([
      400,
      'invalid_encoding',
    ])
  })

  test.each([
    ['bytes', 'a&'.repeat(500_000), 413, '64 kB'],
    ['fields', 'a&'.repeat(300), 400, '200 fields'],
  ])('a form with too many %s is refused, with or without a token', async (_what, body, status, detail) => {
    const token = await post('/v1/oauth/token', FORM, Buffer.from(body))
    expect([token.status, ((await token.json()) as ErrorBody).error_description]).toEqual([
      status,
      expect.stringContaining(detail),
    ])
    expect((await post('/webhooks/offers/a/1/activate', FORM, Buffer.from(body))).status).toBe(status)
    const { subdomain } = await h.app.db.selectFrom('sites').select('subdomain').executeTakeFirstOrThrow()
    expect((await post(`/s/${subdomain}/sign-in`, FORM, Buffer.from(body))).status).toBe(status)
  })

  test.each(['filter[search]=Ren%E9', 'Ren%E9=1'])(
    'a query that is not UTF-8 is reported as such: %s',
    async (query) => {
      const { body } = await expectRefusal(h.app, () => h.client.get(`/v1/contacts?${query}`), 400)
      expect(body.errors[0].code).toBe('invalid_encoding')
      expect(body.errors[0].detail).toMatch(/^The query is not valid UTF-8/)
    },
  )

  test('a query with too many parameters is refused on any path', async () => {
    for (const path of ['/healthz', '/v1/contacts', '/nowhere']) {
      const send = () => h.client.get(`${path}?${'[]&'.repeat(1_000)}`)
      const { body } = await expectRefusal(h.app, send, 400)
      expect(body.errors[0].code).toBe('too_many_parameters')
    }
    const page = await fetch(`${h.url}/s/none/sign-in?${'[]&'.repeat(1_000)}`)
    expect([page.status, page.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8'])
  })
})
