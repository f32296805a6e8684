import type { App } from '../platform/app.ts'
import type { RenderedEmail } from './render.ts'

/** Replaces the secret part of links in stored e-mails; template filters leave it recognizable. */
const HIDDEN = 'hidden-in-the-outbox'

/**
 * The link as it is stored: in production without its secret, so that a reader of the outbox or of a backup cannot
 * sign in as somebody else. In development the links in the outbox work.
 */
export const redact = ({ config }: App, url: string, token: string): string =>
  config.mode === 'production' ? url.replace(token, HIDDEN) : url

/** The e-mail as it is sent, with a working link. @param token null for a link without a secret */
export function restore({ subject, html, text }: RenderedEmail, token: string | null): RenderedEmail {
  const shown = (part: string) => (token === null ? part : part.replaceAll(HIDDEN, token))
  return { subject: shown(subject), html: shown(html), text: shown(text) }
}
