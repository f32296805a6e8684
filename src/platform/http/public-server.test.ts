/** What a server shows to unauthenticated clients. */
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
let production: Harness
beforeAll(async () => {
  h = await startHarness()
  production = await startHarness({ mode: 'production' })
})
afterAll(() => Promise.all([h.close(), production.close()]))

const visit = (harness: Harness, path: string) => fetch(harness.url + path, { redirect: 'manual' })

test('in production the API reference is shown only with API_DOCS on', async () => {
  const open = await startHarness({ mode: 'production', settings: { API_DOCS: 'on' } })
  for (const path of ['/docs', '/docs/try/', '/openapi.json', '/openapi.yaml', '/llms.txt']) {
    expect([path, (await visit(h, path)).status]).toEqual([path, 200])
    expect([path, (await visit(open, path)).status]).toEqual([path, 200])
    const { status, headers } = await visit(production, path)
    expect([path, status, headers.get('content-type')]).toEqual([path, 404, 'application/vnd.api+json'])
  }
  await open.close()
})

test('with an https PUBLIC_URL every response has Strict-Transport-Security, and none otherwise', async () => {
  for (const path of ['/healthz', '/v1/me', '/nowhere', '/', '/s/none/sign-in']) {
    expect((await visit(production, path)).headers.get('strict-transport-security')).toBe('max-age=31536000')
    expect((await visit(h, path)).headers.get('strict-transport-security')).toBe(null)
  }
})

test('the root redirects to the documentation, or says what this is; there is an icon', async () => {
  const root = await visit(h, '/')
  expect([root.status, root.headers.get('location')]).toEqual([302, '/docs'])
  expect((await visit(h, '/docs/try')).headers.get('location')).toBe('/docs/try/')
  const page = await visit(production, '/')
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(await page.text()).toContain('/v1')
  const icon = await visit(production, '/favicon.ico')
  expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
})

/** The response to bytes that a client library would not send. */
function exchange(bytes: string): Promise<string> {
  return new Promise((done) => {
    let received = ''
    const socket = connect({ port: Number(new URL(h.url).port), host: '127.0.0.1' }).setEncoding('latin1')
    socket.on('data', (text: string) => {
      received += text
      // A response that leaves the connection open.
      if (received.endsWith('}')) socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => done(received))
    socket.write(bytes)
  })
}

describe('an invalid HTTP request gets a JSON:API error', () => {
  const head = (line: string, ...lines: string[]) =>
    `${[`${line} HTTP/1.1`, 'host: localhost', ...lines].join('\r\n')}\r\n\r\n`
  test.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['a broken header', head('GET /v1/me', 'no colon'), 400],
    ['two lengths', head('POST /v1/contacts', 'content-length: 1', 'content-length: 2'), 400],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    ['an expectation', head('GET /healthz', 'expect: magic'), 417],
    ['long headers', head('GET /healthz', `x: ${'x'.repeat(20_000)}`), 431],
    ['a long address', head(`GET /${'x'.repeat(20_000)}`), 431],
    ['a tunnel', head('CONNECT example.com:443'), 405],
    ['an unusual method', head('PROPFIND /v1/contacts'), 405],
    ['a method of this server', head('OPTIONS *'), 404],
    ['a broken chunk', `${head('POST /v1/oauth/token', 'transfer-encoding: chunked')}zz\r\n`, 400],
  ])('%s', async (_what, bytes, status) => {
    const [answered = '', body = ''] = (await exchange(bytes)).split('\r\n\r\n')
    expect(answered).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answered).toMatch(/content-type: application\/vnd\.api\+json/i)
    const document = JSON.parse(body)
    expect(document.errors[0]).toMatchObject({ status: String(status), detail: expect.stringMatching(/\S/) })
    expect(answered).toContain(document.meta.request_id)
  })
})
