import { CONFIGURE_SITES } from '../../platform/auth/permissions.ts'
import { assertMay } from '../../platform/http/authenticate.ts'
import type { Values } from '../../platform/jsonapi/read-attributes.ts'

/** Where a site is, and who its e-mails are from. */
const CONFIGURATION = ['subdomain', 'custom_domain', 'sender_name', 'sender_email', 'reply_to_email']

/**
 * Sees that a caller may change these attributes of a site.
 *
 * @param permissions the caller's; null: all
 * @throws ApiError 403 that points at the first that takes more than `manage:sites`
 */
export function assertMayConfigure(permissions: string[] | null, values: Values): void {
  const name = CONFIGURATION.find((each) => each in values)
  if (name) assertMay(permissions, [CONFIGURE_SITES], { pointer: `/data/attributes/${name}` })
}
