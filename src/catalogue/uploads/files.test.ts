/** How uploads are served at their addresses. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MovableClock } from '../../platform/clock/clock.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { type S3Server, startS3Server } from '../../testing/s3-server.ts'
import { signedFilePath } from './signed-path.ts'

const SECRET = 'secret'

let s3: S3Server
let folder: Harness
let bucket: Harness
beforeAll(async () => {
  s3 = await startS3Server(SECRET)
  folder = await startHarness()
  const address = `s3://key:${SECRET}@bucket?region=eu-central-1&endpoint=${s3.url}`
  bucket = await startHarness({ settings: { UPLOADS_URL: address } })
})
afterAll(async () => {
  await folder.close()
  await bucket.close()
  await s3.close()
})

async function upload(h: Harness, content: string, name: string, visibility = 'public') {
  const form = new FormData()
  form.append('visibility', visibility)
  form.append('file', new Blob([content]), name)
  const { body } = await h.client.post('/v1/uploads', form)
  const url: string = body.data.attributes.url
  return { id: body.data.id as string, url, key: url.split('/').at(-1)! }
}

describe.each([
  ['a folder', () => folder],
  ['an S3-compatible store', () => bucket],
])('from %s', (_store, harness) => {
  test('what is for members only is 404 without a signature, with that of another file, and after six hours', async () => {
    const h = harness()
    const { url, key } = await upload(h, 'secret text', 'notes.txt', 'members')
    const other = await upload(h, 'other', 'other.txt', 'members')
    const path = signedFilePath(h.app, { key, isPublic: false })
    const read = async (address: string) => {
      const response = await fetch(address)
      return response.status === 200 ? response.text() : response.status
    }
    expect(await read(h.url + path)).toBe('secret text')
    expect(await read(url)).toBe(404)
    expect(await read(other.url + path.slice(path.indexOf('?')))).toBe(404)
    expect(await read(h.url + path.replace(/expires=\d/, 'expires=9'))).toBe(404)
    await (h.app.clock as MovableClock).advance(h.app.db, 6 * 3_600_000 + 1_000)
    expect(await read(h.url + path)).toBe(404)
  })

  test('clients with the permission download any upload; one whose file is lost is 404', async () => {
    const h = harness()
    const { id, key } = await upload(h, 'secret text', 'notes.txt', 'members')
    const download = () => h.client.get(`/v1/uploads/${id}/content`)
    const { status, headers, body } = await download()
    expect([status, headers.get('content-type'), body]).toEqual([
      200,
      'application/octet-stream',
      'secret text',
    ])
    await h.app.files.remove(key)
    expect((await download()).status).toBe(404)
  })

  test('what browsers would run is downloaded, and PDFs', async () => {
    for (const [content, name] of [
      ['<!doctype html><script>alert(1)</script>', 'page.html'],
      ['<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'drawing.svg'],
      ['alert(1)', 'script.js'],
      ['%PDF-1.7\n', 'sheet.pdf'],
    ] as const) {
      const { url } = await upload(harness(), content, name)
      const response = await fetch(url)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-disposition')).toBe(`attachment; filename=${name}`)
      expect(response.headers.get('content-type')).not.toContain('javascript')
    }
  })
})

test('a file is sent with headers that forbid everything, in parts when they are asked for, and not again when it is known', async () => {
  const { url } = await upload(folder, '0123456789', 'a "quoted" näme.txt')
  const whole = await fetch(url)
  expect(await whole.text()).toBe('0123456789')
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'content-type': 'text/plain; charset=utf-8',
    'accept-ranges': 'bytes',
    'content-length': '10',
    'content-disposition': expect.stringContaining("filename*=UTF-8''a%20%22quoted%22%20n%C3%A4me.txt"),
  })
  const part = await fetch(url, { headers: { range: 'bytes=2-4' } })
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
    206,
    'bytes 2-4/10',
    '234',
  ])
  expect((await fetch(url, { headers: { range: 'bytes=20-' } })).status).toBe(416)
  // fetch() asks for a fresh one whenever it is given this header.
  const headers = { 'if-none-match': whole.headers.get('etag')! }
  const known = await folder.server.inject({ url: url.slice(folder.url.length), headers })
  expect(known.statusCode).toBe(304)
  const head = await fetch(url, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '10'])
})

test('a key that does not exist is 404, whatever it looks like', async () => {
  for (const key of ['x'.repeat(32), '%2e%2e%2f%2e%2e%2fetc%2fpasswd', 'a%00b', 'x'.repeat(5_000)])
    expect((await fetch(`${folder.url}/bestow-files/${key}`)).status).toBe(404)
})
