import { readdirSync, statSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { checkFiles } from '../../operations/doctor/check-files.ts'
import type { ErrorSource } from '../../platform/jsonapi/errors.ts'
import type { Client } from '../../testing/client.ts'
import { makeContent, makeCourseParts, makePart } from '../../testing/content.ts'
import { makeAccount, makeKey, makeSite } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'
import { cleanUploads } from './clean-uploads.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness({ settings: { UPLOAD_LIMIT_MB: '3' } })
})
afterAll(() => h.close())

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

const form = (content: string | Buffer<ArrayBuffer>, name: string, fields: Record<string, string> = {}) => {
  const made = new FormData()
  for (const [field, value] of Object.entries(fields)) made.append(field, value)
  made.append('file', new Blob([content]), name)
  return made
}
const upload = async (
  content: string | Buffer<ArrayBuffer>,
  name: string,
  fields?: Record<string, string>,
  client = h.client,
) => {
  const { status, body } = await client.post('/v1/uploads', form(content, name, fields))
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.data
}
const filesStored = () =>
  readdirSync(join(h.app.config.DATA_DIR, 'uploads'), { recursive: true, withFileTypes: true }).filter(
    (file) => file.isFile(),
  ).length
const rowsStored = async () => (await h.app.db.selectFrom('uploads').select('id').execute()).length

test.each([
  ['a picture', PNG, 'photo.txt', 'image/png'],
  ['a text', 'Hello', 'notes.md', 'text/markdown'],
  ['a script', 'alert(1)', 'evil.js', 'text/plain'],
  ['HTML', '<!doctype html><script>alert(1)</script>', 'photo.png', 'text/html'],
  [
    'a drawing',
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    'logo.svg',
    'image/svg+xml',
  ],
  ['bytes', Buffer.from([0, 1, 2, 3]), 'data.mp4', 'application/octet-stream'],
])('the type of %s is detected from its content', async (_what, content, name, type) => {
  const { id, attributes, links } = await upload(content as string | Buffer<ArrayBuffer>, name)
  expect(attributes).toMatchObject({
    file_name: name,
    content_type: type,
    size: Buffer.from(content as string).length,
    visibility: 'members',
  })
  const { status, body } = await h.client.get(links.self.slice(h.url.length))
  expect([status, body.data.attributes]).toEqual([200, attributes])
  const response = await fetch(`${h.url}/v1/uploads/${id}/content`, {
    headers: { authorization: `Bearer ${h.account.token}` },
  })
  expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(content as string))).toBe(true)
  expect(response.headers.get('content-disposition')).toContain('attachment')
})

describe('what is refused leaves nothing behind', () => {
  let before: [number, number]
  beforeEach(async () => {
    await upload('x', 'x.txt')
    before = [filesStored(), await rowsStored()]
  })
  const expectNothing = async () =>
    expect.poll(async () => [filesStored(), await rowsStored()], { timeout: 5_000 }).toEqual(before)

  test('a file that is too large', async () => {
    const send = () => h.client.post('/v1/uploads', form(Buffer.alloc(3_100_000, 1), 'big.bin'))
    const { body } = await expectRefusal(h.app, send, 413)
    expect(body.errors[0].code).toBe('file_too_large')
    await expectNothing()
  })

  test('a form that says that it is too large, before it arrives', async () => {
    const request = httpRequest(`${h.url}/v1/uploads`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${h.account.token}`,
        'content-type': 'multipart/form-data; boundary=b',
        'content-length': 4_100_000,
      },
    })
    const status = new Promise((resolve, reject) => {
      request.on('response', (response) => resolve(response.statusCode)).on('error', reject)
    })
    request.write('--b\r\n')
    expect(await status).toBe(413)
    request.on('error', () => {}).destroy()
    await expectNothing()
  })

  test('an empty file, a form without one, an unknown visibility, another body', async () => {
    const none = new FormData()
    none.append('name', 'x')
    const refusals: [unknown, number, string, ErrorSource?][] = [
      [form('', 'empty.txt'), 400, 'empty_file'],
      [none, 400, 'missing_file'],
      [form('x', 'x.txt', { visibility: 'friends' }), 400, 'invalid_visibility'],
      [form('x', 'x.txt', { site_id: '999999' }), 404, 'not_found'],
      ['{"data": {}}', 415, 'unsupported_media_type', { header: 'Content-Type' }],
    ]
    for (const [body, status, code, source] of refusals) {
      const refused = await expectRefusal(h.app, () => h.client.post('/v1/uploads', body), status, source)
      expect(refused.body.errors[0].code).toBe(code)
    }
    await expectNothing()
  })

  test.each(['within the file', 'after the file'])('an upload that is cut off %s', async (where) => {
    const head = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
    const sent =
      where === 'after the file' ? `${head}${'x'.repeat(200_000)}\r\n--b\r\n` : head + 'x'.repeat(200_000)
    const request = httpRequest(`${h.url}/v1/uploads`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${h.account.token}`,
        'content-type': 'multipart/form-data; boundary=b',
        'content-length': sent.length + 1_000,
      },
    })
    request.on('error', () => {})
    request.write(sent)
    await expect.poll(rowsStored, { timeout: 5_000 }).toBe(before[1] + 1)
    request.destroy()
    await expectNothing()
  })

  test('a form whose end is missing', async () => {
    const body = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.mp4"\r\n\r\nxxxx'
    const type = { 'content-type': 'multipart/form-data; boundary=b' }
    await expectRefusal(h.app, () => h.client.send('POST', '/v1/uploads', body, type), 400)
    await expectNothing()
  })
})

test('a file is written as it arrives, and is not seen before it has arrived', async () => {
  const [files, { body: listed }] = [filesStored(), await h.client.get('/v1/uploads')]
  let finish = () => {}
  const paused = new Promise<void>((resume) => {
    finish = resume
  })
  async function* body() {
    yield Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n')
    for (let sent = 0; sent < 30; sent++) yield Buffer.alloc(64_000, 1)
    await paused
    yield Buffer.from('the end\r\n--b--\r\n')
  }
  const response = fetch(`${h.url}/v1/uploads`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${h.account.token}`,
      'content-type': 'multipart/form-data; boundary=b',
    },
    body: body() as unknown as ReadableStream,
    duplex: 'half',
  } as RequestInit)
  const partial = () =>
    readdirSync(join(h.app.config.DATA_DIR, 'uploads'), { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith('.partial'),
    )
  const written = () => {
    const name = partial()
    return name ? statSync(join(h.app.config.DATA_DIR, 'uploads', name)).size : 0
  }
  await expect.poll(written, { timeout: 10_000 }).toBeGreaterThan(1_700_000)
  expect((await h.client.get('/v1/uploads')).body.meta.total_count).toBe(listed.meta.total_count)
  finish()
  const { data } = (await (await response).json()) as { data: { attributes: { size: number } } }
  expect([data.attributes.size, filesStored(), partial()]).toEqual([1_920_007, files + 1, undefined])
}, 20_000)

describe('an upload', () => {
  test('is of the site that the form names before the file', async () => {
    const account = await makeAccount(h.app)
    const client = h.clientWith(account.token)
    const site = await makeSite(h.app, account)
    const { relationships } = await upload('x', 'x.txt', { site_id: site }, client)
    expect(relationships.site.data.id).toBe(site)
    await expectRefusal(h.app, () => client.post('/v1/uploads', form('x', 'x.txt')), 400)
  })

  test('needs the permission to manage uploads, and is not that of another account', async () => {
    const viewer = h.clientWith((await makeKey(h.app, h.account, ['view:uploads'])).token)
    await expectRefusal(h.app, () => viewer.post('/v1/uploads', form('x', 'x.txt')), 403)
    const { id } = await upload('x', 'x.txt')
    const stranger: Client = h.clientWith((await makeAccount(h.app)).token)
    await expectRefusal(h.app, () => stranger.get(`/v1/uploads/${id}/content`), 404)
    await expectRefusal(h.app, () => stranger.delete(`/v1/uploads/${id}`), 404)
  })

  test.each(['../../../etc/passwd', 'C:\\fakepath\\passwd'])(
    '%s is a file passwd, also renamed',
    async (path) => {
      const { id, attributes } = await upload('x', path)
      const other = await upload('x', 'other.txt')
      const data = { type: 'uploads', id: other.id, attributes: { file_name: path } }
      const renamed = (await h.client.patch(`/v1/uploads/${other.id}`, { data })).body.data.attributes
      expect([attributes.file_name, renamed.file_name]).toEqual(['passwd', 'passwd'])
      const nothing = { data: { type: 'uploads', id, attributes: { file_name: 'etc/' } } }
      const pointer = '/data/attributes/file_name'
      await expectRefusal(h.app, () => h.client.patch(`/v1/uploads/${id}`, nothing), 422, { pointer })
    },
  )

  test('is renamed, made public, and removed with its file', async () => {
    const { id, attributes } = await upload(PNG, 'a.png')
    const data = { type: 'uploads', id, attributes: { file_name: 'b.png', visibility: 'public' } }
    expect((await h.client.patch(`/v1/uploads/${id}`, { data })).body.data.attributes).toEqual({
      ...attributes,
      file_name: 'b.png',
      visibility: 'public',
      updated_at: expect.any(String),
    })
    expect((await fetch(attributes.url)).status).toBe(200)
    const before = filesStored()
    expect((await h.client.delete(`/v1/uploads/${id}`)).status).toBe(200)
    expect([(await fetch(attributes.url)).status, (await h.client.get(`/v1/uploads/${id}`)).status]).toEqual([
      404, 404,
    ])
    expect(await cleanUploads(h.app)).toBe(1)
    expect([filesStored(), await cleanUploads(h.app)]).toEqual([before - 1, 0])
  })

  test('that something shows cannot be deleted, and the error says by what it is used', async () => {
    const { lessonId } = await makeCourseParts(h.client)
    const { id, attributes } = await upload(PNG, 'a.png', { visibility: 'public' })
    const url = attributes.url.slice(h.url.length)
    const users: [string, string][] = [
      ['media', await makePart(h.client, 'media', lessonId, { url })],
      ['courses', await makeContent(h.client, 'courses', { title: 'Course', thumbnail_url: url })],
      ['podcasts', await makeContent(h.client, 'podcasts', { title: 'Talk', cover_art_url: url })],
      ['blog_posts', await makeContent(h.client, 'blog_posts', { content: `<img src="${attributes.url}">` })],
      ['website_pages', await makeContent(h.client, 'website_pages', { content: `<img src="${url}">` })],
    ]
    for (const [type, user] of users) {
      const { body } = await expectRefusal(h.app, () => h.client.delete(`/v1/uploads/${id}`), 422)
      expect(body.errors[0]).toMatchObject({ code: 'in_use', detail: expect.stringContaining(user) })
      expect((await h.client.delete(`/v1/${type}/${user}`)).status).toBe(200)
    }
    expect((await h.client.delete(`/v1/uploads/${id}`)).status).toBe(200)
  })
})

test('an upload is found by its address, and one for members only has a URL that opens it for six hours', async () => {
  const [hidden, open] = [await upload(PNG, 'a.png'), await upload(PNG, 'b.png', { visibility: 'public' })]
  const { url } = hidden.attributes
  for (const given of [url, url.slice(h.url.length), `${url}?expires=1&signature=x`]) {
    const found = (await h.client.get(`/v1/uploads?filter[url_eq]=${encodeURIComponent(given)}`)).body.data
    expect(found.map(({ id }: { id: string }) => id)).toEqual([hidden.id])
  }
  expect((await h.client.get('/v1/uploads?filter[url_eq]=https://example.com/a.png')).body.data).toEqual([])
  const addressOf = async (id: string) =>
    (await h.client.get(`/v1/uploads/${id}/signed_url`)).body.data.attributes
  const signed = await addressOf(hidden.id)
  expect([(await fetch(url)).status, (await fetch(signed.url)).status]).toEqual([404, 200])
  const hours = (Date.parse(signed.expires_at) - h.app.clock.now().getTime()) / 3_600_000
  expect(hours).toBeGreaterThan(5.9)
  expect(hours).toBeLessThanOrEqual(6)
  expect(await addressOf(open.id)).toEqual({ url: open.attributes.url, expires_at: null })
})

test.each(['lessons', 'modules'] as const)(
  'an upload is not in use in %s that are archived',
  async (type) => {
    const { moduleId, lessonId } = await makeCourseParts(h.client)
    const { id, attributes } = await upload(PNG, 'a.png')
    await makePart(h.client, 'media', lessonId, { url: attributes.url })
    await expectRefusal(h.app, () => h.client.delete(`/v1/uploads/${id}`), 422)
    await h.client.delete(`/v1/${type}/${type === 'lessons' ? lessonId : moduleId}`)
    expect((await h.client.delete(`/v1/uploads/${id}`)).status).toBe(200)
  },
)

test('fields that uploads do not have are reported, and refused in strict mode, where nothing is kept', async () => {
  const made = form('Hello', 'notes.txt', { visibility: 'public', visiblity: 'members' })
  made.append('title', 'Notes')
  const { status, headers } = await h.client.post('/v1/uploads', made)
  expect([status, headers.get('warning')]).toEqual([
    201,
    '299 - "There is no field visiblity (use visibility or site_id); it was ignored.", 299 - "The part title comes after the file; it was ignored."',
  ])
  const strict = await startHarness({ settings: { JSONAPI_STRICT: 'on' } })
  const late = form('Hello', 'notes.txt')
  late.append('visibility', 'public')
  for (const refused of [form('Hello', 'notes.txt', { visiblity: 'public' }), late]) {
    const { body } = await expectRefusal(strict.app, () => strict.client.post('/v1/uploads', refused), 400)
    expect(body.errors[0].code).toBe('not_allowed')
  }
  expect((await strict.client.get('/v1/uploads')).body.data).toEqual([])
  await strict.close()
})

test('what a process that ended has left of an upload is removed after a day, not before', async () => {
  await cleanUploads(h.app)
  const [rows, files] = [await rowsStored(), filesStored()]
  const { Readable } = await import('node:stream')
  const now = h.app.clock.now()
  for (const [key, hours] of [
    ['a'.repeat(32), 25],
    ['b'.repeat(32), 23],
  ] as const) {
    const created_at = new Date(now.getTime() - hours * 3_600_000)
    const row = { site_id: h.account.siteId, key, file_name: 'x', created_at, updated_at: created_at }
    await h.app.db.insertInto('uploads').values(row).execute()
    await h.app.files.put(key, Readable.from(['partial']))
  }
  expect(await cleanUploads(h.app)).toBe(1)
  expect([await rowsStored(), filesStored()]).toEqual([rows + 1, files + 1])
})

test('planted fault: the doctor finds an upload without its file, and one whose file is shorter', async () => {
  expect((await checkFiles(h.app)).examples).toEqual([])
  const [lost, cut] = [await upload('hello', 'lost.txt'), await upload('hello', 'cut.txt')]
  const keyOf = ({ attributes }: { attributes: { url: string } }) => attributes.url.split('/').at(-1)!
  await h.app.files.remove(keyOf(lost))
  const { Readable } = await import('node:stream')
  await h.app.files.put(keyOf(cut), Readable.from(['hel']))
  expect(await checkFiles(h.app)).toMatchObject({
    violations: 2,
    examples: [`upload ${lost.id} (lost.txt): no file`, `upload ${cut.id} (cut.txt): 3 bytes instead of 5`],
  })
})
