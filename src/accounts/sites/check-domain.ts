import type { App } from '../../platform/app.ts'

export const DOMAIN_STATES = ['none', 'connected', 'elsewhere', 'missing', 'unknown'] as const

export interface DomainCheck {
  status: (typeof DOMAIN_STATES)[number]
  /** The host of PUBLIC_URL. */
  expected_host: string
  expected_addresses: string[]
  found_addresses: string[]
  checked_at: Date
}

/** Compares the addresses of a site's domain with those of this server. @param domain null: the site has none */
export async function checkDomain(
  { publicUrl, hostAddresses, clock }: Pick<App, 'publicUrl' | 'hostAddresses' | 'clock'>,
  domain: string | null,
): Promise<DomainCheck> {
  const host = new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')
  const [expected, found] = await Promise.all([hostAddresses(host), domain ? hostAddresses(domain) : []])
  return {
    status: domain ? statusOf(expected, found) : 'none',
    expected_host: host,
    expected_addresses: expected ?? [],
    found_addresses: found ?? [],
    checked_at: clock.now(),
  }
}

function statusOf(expected: string[] | null, found: string[] | null): DomainCheck['status'] {
  if (expected === null || found === null) return 'unknown'
  if (found.length === 0) return 'missing'
  return found.some((address) => expected.includes(address)) ? 'connected' : 'elsewhere'
}
