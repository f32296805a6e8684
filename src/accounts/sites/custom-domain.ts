import { toASCII } from 'tr46'
import type { App } from '../../platform/app.ts'
import { unprocessable } from '../../platform/jsonapi/errors.ts'

const HOST_NAME = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+([a-z]{2,}|xn--[a-z0-9-]+)$/

/**
 * A host name as browsers send it: lower case, international names as punycode, no dot at the end. Empty when it is
 * none. Not domainToASCII() of node:url, which drops a path or a port.
 */
export const normalizeHost = (host: string): string =>
  (toASCII(host.trim(), { useSTD3ASCIIRules: true }) ?? '').replace(/\.$/, '')

/** Whether a host, normalized, is the one of the server itself: its own pages and the API are there. */
export function isOwnHost({ publicUrl, config }: App, host: string): boolean {
  const own = [new URL(publicUrl).hostname, config.HOST, 'localhost'].map(normalizeHost)
  return own.includes(host) || host.endsWith('.localhost')
}

/**
 * Reads the host name of a site's pages.
 *
 * @returns it normalized
 * @throws ApiError 422 for what is no host name, has a port, or is the server's own
 */
export function parseCustomDomain(app: App, given: string): string {
  const host = normalizeHost(given)
  const refused = (code: string, problem: string) =>
    unprocessable(code, `custom_domain ${problem}`, '/data/attributes/custom_domain')
  // The rest of an address would be dropped: domainToASCII() reads "example.com/members" as "example.com".
  if (/[/?#@:\\]/.test(given) || !HOST_NAME.test(host))
    throw refused('invalid', 'must be a host name without a port, for example members.example.com')
  if (isOwnHost(app, host)) throw refused('reserved', "is the server's own host; give the site another one")
  return host
}
