/**
 * What a site owner can edit of an e-mail. Every field is Liquid. `body` and `footer` are HTML fragments, in which
 * all output is escaped; the others are plain text, `text` being the whole plain-text part. Without words, preheader,
 * heading, button and footer are left out.
 */
export interface EmailTemplate {
  subject: string
  /** The line that mail programs show after the subject in the list of messages. */
  preheader: string
  heading: string
  body: string
  button: string
  /** Null: made from body, button and footer. */
  text: string | null
  /** Says why the recipient got the e-mail and which site sent it. */
  footer: string
}
