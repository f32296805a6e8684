import { LINK_DAYS, type LinkCause, linkPath, linkToken } from '../links/member-links.ts'
import type { App } from '../platform/app.ts'
import { redact } from './link-redaction.ts'
import type { EmailData } from './render.ts'

/**
 * The single-use link in an e-mail, as it is stored.
 *
 * @param base address of the site's pages
 * @param next the path that it leads on to; null: none
 */
export function signedLink(
  app: App,
  { purpose, siteId, cause }: LinkCause,
  base: string,
  next: string | null,
): EmailData['link'] {
  const token = linkToken(app, purpose, siteId, cause)
  const after = next === null ? '' : `?next=${encodeURIComponent(next)}`
  return {
    url: redact(app, base + linkPath(purpose, token) + after, token),
    expires_in_days: LINK_DAYS[purpose],
  }
}
