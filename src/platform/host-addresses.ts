/** The IP addresses of host names, according to DNS. */
import type { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'

/**
 * The addresses of a host, IPv4 and IPv6, sorted; none when the name does not exist. Null: DNS cannot be asked now.
 * Never throws.
 */
export type HostAddresses = (host: string) => Promise<string[] | null>

type Dns = Pick<Resolver, 'resolve4' | 'resolve6'>

const NO_SUCH_NAME = ['ENODATA', 'ENOTFOUND']

export function hostAddresses(dns: Dns): HostAddresses {
  return async (host) => {
    if (isIP(host)) return [host]
    const results = await Promise.allSettled([dns.resolve4(host), dns.resolve6(host)])
    const found = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
    const isAnswered = results.every(
      (result) => result.status === 'fulfilled' || NO_SUCH_NAME.includes(result.reason.code),
    )
    return found.length > 0 || isAnswered ? [...new Set(found)].sort() : null
  }
}
