import { isIP } from 'node:net'
import { ApiError } from '../../platform/jsonapi/errors.ts'

/** Whom a passkey is for: browsers offer it to pages of this host alone (WebAuthn, 5.4.2). */
export interface RelyingParty {
  /** Name of the host. */
  id: string
  origin: string
}

/**
 * The server as passkeys know it.
 *
 * @param baseUrl of the request: PUBLIC_URL, or in development the host that it was made to
 * @throws ApiError 422 where the host is an IP address, for which browsers make no passkeys
 */
export function relyingParty(baseUrl: string): RelyingParty {
  const { hostname: id, origin, port } = new URL(baseUrl)
  if (isIP(id.replace(/^\[|\]$/g, '')) === 0) return { id, origin }
  throw new ApiError(
    422,
    'no_host_name',
    `Passkeys need a host name, and this server is opened by its IP address ${id}. Open it at http://localhost${port && `:${port}`}, or set PUBLIC_URL.`,
  )
}
