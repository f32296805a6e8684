import type { App } from '../platform/app.ts'
import type { RenderedEmail } from './render.ts'

/** Stands in stored e-mails for the secret part of their link; no filter of a template changes it much. */
const HIDDEN = 'hidden-in-the-outbox'

/**
 * The link as it is stored: in production without what makes it work, because who may read the outbox or a
 * backup may not sign in as somebody. In development links are followed from there.
 */
export const storedLink = ({ config }: App, url: string, token: string): string =>
  config.mode === 'production' ? url.replace(token, HIDDEN) : url

/** The e-mail as it is handed over: its link works again. @param token null for a link without a secret */
export function withLink({ subject, html, text }: RenderedEmail, token: string | null): RenderedEmail {
  const shown = (part: string) => (token === null ? part : part.replaceAll(HIDDEN, token))
  return { subject: shown(subject), html: shown(html), text: shown(text) }
}
