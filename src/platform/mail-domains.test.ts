import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type DnsServer, startDnsServer } from '../testing/dns-server.ts'
import { type MailDomains, mailDomains } from './mail-domains.ts'

let dns: DnsServer
let domains: MailDomains
beforeAll(async () => {
  dns = await startDnsServer({
    'mail.example': { mx: ['mx.mail.example'] },
    'null.example': { mx: ['.'] },
    'address.example': { a: ['192.0.2.1'] },
    'nothing.example': {},
    'broken.example': { fails: 'broken' },
    'silent.example': { fails: 'silent' },
    'xn--bcher-kva.example': { mx: ['mx.mail.example'] },
  })
  domains = mailDomains(dns.resolver)
})
afterAll(() => dns.close())

test.each([
  ['a mail server', 'mail.example', true],
  ['a null MX record', 'null.example', false],
  ['an address and no mail server', 'address.example', true],
  ['neither', 'nothing.example', false],
  ['no existence', 'unknown.example', false],
  ['an international name', 'bücher.example', true],
  ['a name server that fails', 'broken.example', null],
  ['a name server that does not answer', 'silent.example', null],
])('of a domain with %s, %s, it is known whether it accepts mail: %s', async (_what, domain, accepts) => {
  expect(await domains.acceptMail(domain)).toBe(accepts)
})

test('a domain is asked for once, also by many at the same moment', async () => {
  const fresh = mailDomains(dns.resolver)
  dns.asked.length = 0
  await Promise.all(Array.from({ length: 10 }, () => fresh.acceptMail('mail.example')))
  await fresh.acceptMail('mail.example')
  expect(dns.asked).toEqual(['mail.example'])
})

test('that a domain accepts mail is kept for an hour, that it does not for a minute', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const fresh = mailDomains(dns.resolver)
  const askedAfter = async (ms: number) => {
    vi.advanceTimersByTime(ms)
    dns.asked.length = 0
    for (const domain of ['mail.example', 'unknown.example']) await fresh.acceptMail(domain)
    return [...dns.asked]
  }
  expect(await askedAfter(0)).toEqual(['mail.example', 'unknown.example'])
  expect(await askedAfter(59_000)).toEqual([])
  expect(await askedAfter(2_000)).toEqual(['unknown.example'])
  expect(await askedAfter(3_600_000)).toEqual(['mail.example', 'unknown.example'])
  vi.useRealTimers()
})

test('without a name server nothing is known, and nothing is thrown', async () => {
  const closed = await startDnsServer({})
  closed.close()
  expect(await mailDomains(closed.resolver).acceptMail('mail.example')).toBeNull()
})
