import { afterAll, beforeAll, expect, test } from 'vitest'
import { hostAddresses } from '../../platform/host-addresses.ts'
import { type DnsServer, startDnsServer } from '../../testing/dns-server.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
let dns: DnsServer
beforeAll(async () => {
  h = await startHarness({ settings: { PUBLIC_URL: 'https://bestow.example.com' } })
  dns = await startDnsServer({
    'bestow.example.com': { a: ['203.0.113.7'] },
    'members.example.com': { a: ['203.0.113.7'] },
    'old.example.com': { a: ['198.51.100.2'] },
    'broken.example.com': { fails: 'broken' },
  })
  h.app.hostAddresses = hostAddresses(dns.resolver)
})
afterAll(async () => {
  dns.close()
  await h.close()
})

const path = () => `/v1/sites/${h.account.siteId}`

test('a site without a domain of its own has none to check', async () => {
  const { body } = await h.client.get(`${path()}/domain_check`)
  expect(body.data.attributes).toMatchObject({ custom_domain: null, status: 'none', found_addresses: [] })
})

test.each([
  ['members.example.com', 'connected', ['203.0.113.7']],
  ['old.example.com', 'elsewhere', ['198.51.100.2']],
  ['nowhere.example.com', 'missing', []],
  ['broken.example.com', 'unknown', []],
])('the domain %s is %s', async (custom_domain, status, found) => {
  const { siteId: id } = h.account
  await h.client.patch(path(), { data: { type: 'sites', id, attributes: { custom_domain } } })
  const { body } = await h.client.get(`${path()}/domain_check`)
  expect(body.data).toMatchObject({
    id,
    attributes: {
      custom_domain,
      status,
      expected_host: 'bestow.example.com',
      expected_addresses: ['203.0.113.7'],
      found_addresses: found,
    },
  })
})
