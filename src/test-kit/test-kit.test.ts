/** The test kit as other projects use it: one host, and servers of their own for each test. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateClient } from '../../bin/generate-client.ts'
import { until } from '../../test/processes.ts'
import { assertNode } from './connect-host.ts'
import type { StartOptions, TestServer } from './index.ts'

await generateClient(join(import.meta.dirname, '../client'))
const { startBestow } = await import('./index.ts')

let cacheFolder: string
let kajabi: TestServer
const start = (options: StartOptions = {}) => startBestow({ cacheFolder, ...options })

beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'bestow-kit-'))
  await chmod(cacheFolder, 0o711)
  kajabi = await start({ now: '2026-01-15T09:00:00Z' })
})
afterAll(async () => {
  await kajabi.close()
  const { pid } = await hostFile()
  process.kill(pid, 'SIGTERM')
  await until(() =>
    hostFile().then(
      () => false,
      () => true,
    ),
  )
  await until(() => !isAlive(pid))
  await rm(cacheFolder, { recursive: true, force: true })
})

const hostFile = async (): Promise<{ pid: number }> =>
  JSON.parse(await readFile(join(cacheFolder, 'host.json'), 'utf8'))

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('a grant and its effects, at the clock of the server', async () => {
  const offer = await kajabi.offer({ title: 'Course', days: 30 })
  const ada = await kajabi.contact({ email: 'ada@example.com' })
  await kajabi.hook({ event: 'offer_granted', url: kajabi.webhooks.url })
  const grant = await kajabi.grant({ contact: ada, offer })
  expect(grant.type).toBe('grants')
  expect(await kajabi.access('ada@example.com')).toEqual([{ id: offer.id, title: 'Course' }])
  await kajabi.settle()
  expect(await kajabi.outbox({ kind: 'welcome', to: 'ada@example.com' })).toHaveLength(1)
  expect(await kajabi.outbox({ kind: 'welcome', to: 'grace@example.com' })).toEqual([])
  expect(await kajabi.webhooks.received()).toMatchObject([{ event: 'offer_granted' }])
  const now = await kajabi.clock.now()
  expect(now.toISOString()).toMatch(/^2026-01-15T09:/)
  const later = await kajabi.clock.advance('31d')
  expect(later.getTime() - now.getTime()).toBeGreaterThanOrEqual(31 * 86_400_000)
  expect(await kajabi.access('ada@example.com')).toEqual([])
  expect(await kajabi.grants({ email: 'ada@example.com' })).toHaveLength(1)
  expect(await kajabi.access('nobody@example.com')).toEqual([])
})

test('a client repeats what failed, and nothing is done twice', async () => {
  const offer = await kajabi.offer()
  const { id, email } = await kajabi.contact({ tags: [await kajabi.tag()] })
  const api = kajabi.client()
  for (const fault of [{ status: 429, retryAfter: 0 }, { drop: 'after' }, { truncate: true }] as const)
    await kajabi.failNext({ ...fault, match: 'POST /v1/contacts/*/relationships/offers' })
  await api.addOffersToContact(id, { data: [{ type: 'offers', id: offer.id }] })
  expect(await kajabi.grants({ email })).toHaveLength(1)
  const sent = await kajabi.requests(`POST /v1/contacts/${id}/relationships/offers`)
  expect(sent.map(({ status, fault }) => [status, fault])).toEqual([
    [429, '429'],
    [null, 'drop after'],
    [null, 'truncate'],
    [200, null],
  ])
  expect(new Set(sent.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  expect(await kajabi.requests('POST /v1/offers')).toEqual([])
})

test('an e-mail that the mail server refused is sent later', async () => {
  const own = await start()
  await own.failMail({ smtp: 451 })
  const contact = await own.contact()
  await own.grant({ contact, offer: await own.offer() })
  await own.settle()
  expect(await own.outbox()).toMatchObject([{ kind: 'welcome', status: 'pending', attempts: 1 }])
  await own.clock.advance('1h')
  expect(await own.outbox()).toMatchObject([{ kind: 'welcome', status: 'kept' }])
  await own.failMail({ timeout: true })
  await expect(own.close()).rejects.toThrow('failMail')
  await own.close()
})

test('a fault is for the code under test: what the kit itself sends never meets it', async () => {
  const own = await start()
  await own.failNext({ status: 500 })
  await own.contact()
  await expect(own.client({ retries: 0 }).listContacts()).rejects.toMatchObject({ status: 500 })
  await own.close()
})

test('accounts of one server know nothing of each other', async () => {
  const [one, other] = await Promise.all([kajabi.account(), kajabi.account()])
  const tag = await one.tag({ name: 'VIP' })
  expect(await one.tag('Also')).toMatchObject({ name: 'Also' })
  await one.automation({
    trigger: { event: 'contact_created' },
    actions: [{ action: 'add_tag', tag_id: tag.id }],
  })
  const { id } = await one.contact({ email: 'tenant@example.com' })
  await kajabi.settle()
  const { data } = await one.client().listContacts({ 'filter[has_tag_id]': tag.id })
  expect(data.map((contact) => contact.id)).toEqual([id])
  expect((await other.client().listContacts()).data).toEqual([])
  expect(one.env.KAJABI_API_URL).toBe(kajabi.baseUrl)
})

test('a delivery that the receiver refused is repeated', async () => {
  const own = await start()
  await own.hook({ event: 'contact_created', url: own.webhooks.url })
  await own.webhooks.answer(500)
  await own.contact()
  await own.settle()
  expect(await own.webhooks.received()).toEqual([])
  await own.clock.advance('1h')
  expect(await own.webhooks.received()).toHaveLength(1)
  await own.close()
})

test('servers know nothing of each other', async () => {
  const [one, other] = await Promise.all([start(), start()])
  expect(new Set([one.baseUrl, other.baseUrl, kajabi.baseUrl]).size).toBe(3)
  await one.contact({ email: 'only@example.com' })
  await one.failNext({ status: 500 })
  await one.clock.advance('10d')
  const found = await other.client().listContacts({ 'filter[email]': 'only@example.com' })
  expect(found.data).toEqual([])
  expect((await one.clock.now()).getTime() - (await other.clock.now()).getTime()).toBeGreaterThan(863_000_000)
  await expect(one.client({ retries: 0 }).listContacts()).rejects.toMatchObject({ status: 500 })
  await Promise.all([one.close(), other.close()])
  await expect(fetch(one.baseUrl)).rejects.toThrow()
})

test('reset empties the server: same address, same key', async () => {
  const own = await start({ now: '2026-02-01T00:00:00Z' })
  const api = own.client()
  await own.contact()
  await own.failNext({ status: 500, match: 'GET /v1/never' })
  await own.reset({ now: '2026-03-01T00:00:00Z' })
  expect((await api.listContacts()).data).toEqual([])
  expect((await own.clock.now()).toISOString()).toMatch(/^2026-03-01/)
  const { id } = await own.contact()
  expect(id).toBe('1')
  await own.close()
})

test('reset begins again as the server was started: time and demo', async () => {
  const own = await start({ now: '2026-02-01T00:00:00Z', demo: true })
  await own.clock.advance('90d')
  await own.reset()
  expect((await own.clock.now()).toISOString()).toMatch(/^2026-02-01T00:0/)
  expect((await own.client().listOffers()).data.length).toBeGreaterThan(3)
  await own.reset({ now: new Date('2026-03-01T00:00:00Z'), demo: false })
  expect((await own.clock.now()).toISOString()).toMatch(/^2026-03-01T00:0/)
  expect((await own.client().listOffers()).data).toEqual([])
  await own.close()
})

describe('a mistake in a call is an error that says what is right', () => {
  // As from JavaScript, where no types are checked.
  // biome-ignore lint/suspicious/noExplicitAny: what the types refuse
  const wrong = (call: (server: any) => unknown) =>
    [call, call.toString().replace(/^\(\w+\) => /, '')] as const

  test.each([
    [
      ...wrong((k) => k.contact('ada@example.com')),
      'contact() takes an object, not "ada@example.com". Example: contact({',
    ],
    [...wrong((k) => k.contact({ tags: '1' })), '"tags": it must be an array of resources or of their ids'],
    [...wrong((k) => k.contact({ emial: 'ada@example.com' })), 'The attribute emial cannot be set'],
    [...wrong((k) => k.tag(5)), "tag() takes an object, not 5. Example: tag({ name: 'VIP' })"],
    [...wrong((k) => k.tag({ nmae: 'VIP' })), 'The attribute nmae cannot be set'],
    [...wrong((k) => k.product([])), 'product() takes an object, not []'],
    [...wrong((k) => k.offer({ days: '30' })), '"days": it must be a whole number from 1, not "30"'],
    [...wrong((k) => k.offer({ products: { id: '1' } })), '"products": it must be an array'],
    [...wrong((k) => k.grant()), 'grant() needs "contact" and "offer". Example: grant({ contact, offer })'],
    [...wrong((k) => k.grant({ contact: 1, offer: '1' })), '"contact": it must be a resource or its id'],
    [...wrong((k) => k.hook()), 'hook() needs "event" and "url"'],
    [...wrong((k) => k.hook({ event: 'offer_granted' })), 'hook() needs "url"'],
    [...wrong((k) => k.automation({})), 'automation() needs "trigger" and "actions"'],
    [...wrong((k) => k.grants('ada@example.com')), 'grants() takes an object, not "ada@example.com"'],
    [
      ...wrong((k) => k.grants({ mail: 'ada@example.com' })),
      'grants() has no "mail": there are email, contact, offer',
    ],
    [...wrong((k) => k.grants({ email: 'a@b.example', contact: '1' })), 'not both'],
    [...wrong((k) => k.access()), "access() takes an e-mail address, not undefined. Example: access('ada@"],
    [...wrong((k) => k.outbox({ type: 'welcome' })), 'outbox() has no "type": there are kind, to'],
    [...wrong((k) => k.outbox('welcome')), 'outbox() takes an object'],
    [...wrong((k) => k.settle({ timeout: 5 })), 'settle() has no "timeout": there are timeoutMs'],
    [...wrong((k) => k.settle({ timeoutMs: 'long' })), 'timeoutMs must be a number of milliseconds from 0'],
    [
      ...wrong((k) => k.failNext()),
      'failNext() needs one of status, drop, truncate, timeout, delayMs. Example: failNext(',
    ],
    [
      ...wrong((k) => k.failNext({ retry_after: 1, status: 503 })),
      'failNext() has no "retry_after": there are status, retryAfter',
    ],
    [
      ...wrong((k) => k.failNext({ status: 503, retryAfter: 'soon' })),
      'retryAfter must be a whole number of seconds',
    ],
    [...wrong((k) => k.failNext({ status: 418 })), 'status must be one of 401, 408'],
    [...wrong((k) => k.failNext({ status: 503, match: 'nonsense' })), 'match must be a method and a path'],
    [...wrong((k) => k.failMail({ smpt: 451 })), 'failMail() has no "smpt": there are smtp, timeout, times'],
    [...wrong((k) => k.failMail({ smtp: 250 })), 'smtp must be a status from 400 to 599'],
    [
      ...wrong((k) => k.failMail({ smtp: 451, timeout: true })),
      'failMail() takes "smtp" or "timeout", not both',
    ],
    [...wrong((k) => k.requests('nonsense')), 'match must be a method and a path'],
    [...wrong((k) => k.requests({})), "Example: requests('POST /v1/contacts/*')"],
    [
      ...wrong((k) => k.reset({ now: 'soon' })),
      'now must be a date and time such as 2026-01-15T09:30:00Z, not "soon"',
    ],
    [...wrong((k) => k.reset({ time: 'soon' })), 'reset() has no "time": there are now, demo'],
    [
      ...wrong((k) => k.clock.advance()),
      "clock.advance() takes a text that is not empty, not undefined. Example: clock.advance('30d')",
    ],
    [...wrong((k) => k.clock.advance('soon')), '"soon" is not a length of time; write 30d'],
    [...wrong((k) => k.webhooks.answer()), 'Example: webhooks.answer(500'],
    [...wrong((k) => k.webhooks.answer(200)), 'status must be one of'],
  ])('%#: %s', async (call, _text, message) => {
    await expect(call(kajabi)).rejects.toThrow(message)
  })

  test.each([
    [{ now: 'soon' }, 'now must be a date and time such as 2026-01-15T09:30:00Z, not "soon"'],
    [{ now: '1' }, 'now must be a date and time'],
    [
      { now: new Date('soon') },
      '"now": it must be a time, as in "2026-01-15T09:00:00Z", or a Date, not an invalid Date',
    ],
    [{ clock: 'x' }, 'startBestow() has no "clock": there are now, demo, settings, cacheFolder, databaseUrl'],
    [{ demo: 'yes' }, '"demo": it must be true or false'],
    [{ settings: { EXTENSION: 'off' } }, 'There is no setting "EXTENSION"'],
    [{ settings: { PORT: '80' } }, 'The test kit decides the setting PORT itself'],
    [{ settings: { RATE_LIMIT: 5 } }, '"settings": it must be an object of texts'],
    [{ settings: { TOKEN_TTL: 'never' } }, 'TOKEN_TTL must be a whole number'],
    [{ databaseUrl: 'localhost' }, '"databaseUrl": it must be the address of a PostgreSQL server'],
  ])('startBestow(%j)', async (options, message) => {
    await expect(start(options as never)).rejects.toThrow(message)
  })

  test('a server that was closed says so, whatever is used of it; closing it again does nothing', async () => {
    const own = await start()
    const account = await own.account()
    await Promise.all([own.close(), own.close()])
    await own.close()
    const uses: (() => unknown)[] = [
      () => own.contact(),
      () => account.contact(),
      () => own.access('ada@example.com'),
      () => own.account(),
      () => own.settle(),
      () => own.failNext({ status: 503 }),
      () => own.requests(),
      () => own.reset(),
      () => own.clock.now(),
      () => own.webhooks.received(),
      async () => own.client(),
    ]
    for (const use of uses)
      await expect(use()).rejects.toThrow('This test server has ended: close() was called')
  })
})

test('settings and the demo', async () => {
  const off = await start({ demo: true, settings: { EXTENSIONS: 'off' } })
  const api = off.client({ extensions: false })
  const { data } = await api.listOffers()
  expect(data.length).toBeGreaterThan(3)
  await off.close()
})

test('a fault that no request has met is an error at the end', async () => {
  const own = await start()
  await own.failNext({ status: 503 })
  await expect(own.close()).rejects.toThrow('503')
  await expect(fetch(own.baseUrl)).rejects.toThrow()
})

test('a Node that is too old is named, with the one that is needed', () => {
  const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))
  expect(() => assertNode('22.18.0')).toThrow(`needs Node ${engines.node.slice(2)}`)
  expect(() => assertNode('9.0.0')).toThrow('the tests run on 9.0.0')
  for (const version of ['22.19.0', '22.20.1', '24.0.0', '100.0.0']) assertNode(version)
})

describe('processes', () => {
  test('the servers of a process that is killed end; those of others stay', async () => {
    const script = `
      const { startBestow } = await import(${JSON.stringify(join(import.meta.dirname, 'index.ts'))})
      const server = await startBestow({ cacheFolder: ${JSON.stringify(cacheFolder)} })
      console.log(server.baseUrl)
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const url = await new Promise<string>((resolve) => {
      child.stdout.once('data', (data) => resolve(String(data).trim()))
    })
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    child.kill('SIGKILL')
    await until(() =>
      fetch(`${url}/healthz`).then(
        () => false,
        () => true,
      ),
    )
    expect((await fetch(`${kajabi.baseUrl}/healthz`)).status).toBe(200)
  })

  test('a program that only waits for the kit ends when it has nothing more to do', async () => {
    const script = `
      const { startBestow } = await import(${JSON.stringify(join(import.meta.dirname, 'index.ts'))})
      const server = await startBestow({ cacheFolder: ${JSON.stringify(cacheFolder)} })
      await server.contact()`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
  })
})
