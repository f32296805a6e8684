import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openConnections, type Resolve } from './connections.ts'
import { post } from './post.ts'
import { allowsPrivateTargets, isPublicAddress, parseTarget } from './targets.ts'

let server: Server
let port: number
let connections = 0
beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
  })
  await new Promise<void>((ready) => server.listen(0, '::', ready))
  port = (server.address() as AddressInfo).port
})
afterAll(() => server.close())

const resolveTo =
  (...addresses: string[]): Resolve =>
  (_, answer) =>
    answer(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )

/** Sends a webhook to a host, without the checks of its notation. */
const send = (host: string, options: { resolve?: Resolve; allowsPrivate?: boolean } = {}) => {
  const agent = openConnections({ allowsPrivate: false, connectTimeoutMs: 1_000, ...options })
  return post(agent, { url: new URL(`http://${host}:${port}/`), headers: {}, body: '{}' }, 2_000)
}

/** Hosts in every notation that URLs allow. */
const PRIVATE = [
  // Loopback, and other ways to write it.
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '127.255.255.254',
  '127.0.0.1.',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0x7F.0x0.0x0.0x1',
  '0177.0.0.1',
  '017700000001',
  '0177.0x1',
  '①②⑦.⓪.⓪.①',
  '127。0。0。1',
  '%31%32%37.0.0.1',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'a.localhost',
  'localhost.localdomain',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[0000::0001]',
  // This host on this network.
  '0',
  '0.0.0.0',
  '0.1.2.3',
  '[::]',
  // IPv4 addresses in IPv6 notation.
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:ffff:10.0.0.1]',
  '[::127.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b::a9fe:a9fe]',
  '[64:ff9b:1::10.0.0.1]',
  '[2002:7f00:1::]',
  '[2002:a00:1::1]',
  '[2001:0:7f00:1::]',
  '[2001:db8::5efe:10.0.0.1]',
  '[2606:4700::5efe:10.0.0.1]',
  '[2606:4700::200:5efe:10.0.0.1]',
  // Private networks.
  '10.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.254',
  '192.168.0.1',
  '192.168.1',
  '0xc0a80001',
  '[fc00::1]',
  '[fd12:3456:789a::1]',
  '[fec0::1]',
  // Shared address space of providers.
  '100.64.0.1',
  '100.127.255.254',
  // Link-local addresses, and metadata services of clouds.
  '169.254.0.1',
  '169.254.169.254',
  '2852039166',
  '0xa9fea9fe',
  '0251.0376.0251.0376',
  '[fe80::1]',
  '[fd00:ec2::254]',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  'metadata.google.internal',
  'metadata',
  'printer.local',
  // Multicast, broadcast, unspecified.
  '224.0.0.1',
  '239.255.255.255',
  '[ff02::1]',
  '255.255.255.255',
  '240.0.0.1',
  // Documentation, benchmarks, protocols.
  '192.0.2.1',
  '198.51.100.1',
  '203.0.113.1',
  '198.18.0.1',
  '192.88.99.1',
  '[2001:db8::1]',
  '[3fff::1]',
  '[2001:2::1]',
  '[2001:10::1]',
  '[100::1]',
  '[5f00::1]',
]

describe('no address of this machine or a private network is a valid target', () => {
  test.each(PRIVATE)('%s is refused as it is written', (host) => {
    expect(() => parseTarget(`http://${host}:${port}/`, false)).toThrow()
  })

  test('no connection is made to any of them', async () => {
    expect(PRIVATE.length).toBeGreaterThanOrEqual(60)
    const before = connections
    const answers = await Promise.all(PRIVATE.map((host) => send(host)))
    expect(answers.map(({ error }) => error)).toEqual(PRIVATE.map(() => 'private_target'))
    expect(connections).toBe(before)
  })

  test('while a listener would have received it', async () => {
    const before = connections
    expect(await send('127.0.0.1', { allowsPrivate: true })).toMatchObject({ status: 200, error: null })
    expect(connections).toBe(before + 1)
  })

  test.each([
    ['to this machine', ['127.0.0.1']],
    ['to this machine, in IPv6', ['::1']],
    ['to a private network and to a public address', ['93.184.216.34', '10.0.0.1']],
    ['to an address of IPv4 in IPv6', ['::ffff:127.0.0.1']],
    ['to the metadata of a cloud', ['169.254.169.254']],
    ['nowhere', []],
  ])('no connection is made to a name that resolves %s', async (_, addresses) => {
    const before = connections
    const resolve = resolveTo(...addresses)
    expect(await send('hooks.example.com', { resolve })).toMatchObject({ error: 'private_target' })
    expect(connections).toBe(before)
  })
})

test.each([
  ['https://example.com/hooks?secret=1'],
  ['http://example.com:8080/'],
  ['https://1.1.1.1/'],
  ['https://[2606:4700:4700::1111]/'],
  ['https://xn--bcher-kva.example/'],
  ['https://bücher.example/'],
])('%s is a valid target', (target) => {
  expect(parseTarget(target, false)).toBeInstanceOf(URL)
})

test.each([
  ['ftp://example.com/', 'must be a URL like'],
  ['file:///etc/passwd', 'must be a URL like'],
  ['javascript:alert(1)', 'must be a URL like'],
  ['gopher://127.0.0.1:25/', 'must be a URL like'],
  ['example.com/hooks', 'must be a URL like'],
  ['', 'must be a URL like'],
  ['https://', 'must be a URL like'],
  ['https://user:secret@example.com/', 'user'],
  ['https://user@example.com/', 'user'],
  ['https://example.com@127.0.0.1/', 'user'],
  [`https://example.com/${'a'.repeat(2_000)}`, 'characters'],
])('%s is not a valid target, whatever it resolves to', (target, reason) => {
  for (const allowsPrivate of [false, true]) {
    expect(() => parseTarget(target, allowsPrivate)).toThrow(reason)
  }
})

test('an invalid address is not public', () => {
  expect(['', 'example.com', '1.2.3.4.5', '::g', '1.2.3.4/8'].filter(isPublicAddress)).toEqual([])
})

test('private targets are allowed in development only, unless the setting says otherwise', () => {
  const allows = (mode: 'development' | 'production', setting: boolean | null) =>
    allowsPrivateTargets({ mode, ALLOW_PRIVATE_TARGETS: setting })
  expect([allows('development', null), allows('production', null)]).toEqual([true, false])
  expect([allows('development', false), allows('production', true)]).toEqual([false, true])
})
