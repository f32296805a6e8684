/** Where webhooks may go: to the public internet, and nowhere near this machine. */
import ipaddr from 'ipaddr.js'
import type { Config } from '../platform/config.ts'

/** Whether webhooks may go to this machine and to private networks, as a developer wants. */
export const allowsPrivateTargets = ({
  ALLOW_PRIVATE_TARGETS,
  mode,
}: Pick<Config, 'ALLOW_PRIVATE_TARGETS' | 'mode'>): boolean => ALLOW_PRIVATE_TARGETS ?? mode === 'development'

const LONGEST = 2_000

/**
 * Reads the address of a receiver.
 *
 * @throws Error whose message completes "target_url …"
 */
export function parseTarget(text: string, allowsPrivate: boolean): URL {
  const url = URL.parse(text)
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new Error('must be a URL like https://example.com/hooks')
  }
  if (text.length > LONGEST) throw new Error(`must be at most ${LONGEST} characters long`)
  if (url.username !== '' || url.password !== '') {
    throw new Error('must not contain a user name or password; put a secret into the path or the query')
  }
  if (!allowsPrivate && !mayBePublic(url.hostname)) {
    throw new Error('must point to the public internet, not to this machine or a private network')
  }
  return url
}

/** Names that no public name server knows, and those of this machine. */
const LOCAL_NAME = /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home\.arpa|onion)$/i

/** A host name that is not known to be local is judged by its addresses. URL has written every notation of an address in one. */
export function mayBePublic(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '')
  if (ipaddr.isValid(bare)) return isPublicAddress(bare)
  return bare.includes('.') && !LOCAL_NAME.test(bare)
}

/** All that is given out to networks of the internet; the rest of IPv6 is not, or leads somewhere else. */
const GLOBAL_V6 = ipaddr.parseCIDR('2000::/3')

/** Serves the machines of Azure alone, though its range is public. */
const AZURE_HOST = '168.63.129.16'

/** An address of IPv4 in the last half: ISATAP, which leads into the network that it is used in. */
const isIsatap = ({ parts }: ipaddr.IPv6) => (parts[4]! & 0xfdff) === 0 && parts[5] === 0x5efe

/** Whether an address is one of the public internet, and no way to wrap one that is not. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.parse(text)
  // Not one in IPv6 clothes either: ::ffff:10.0.0.1 has a range of its own.
  if (address.range() !== 'unicast' || address.toString() === AZURE_HOST) return false
  return address instanceof ipaddr.IPv4 || (address.match(GLOBAL_V6) && !isIsatap(address))
}
