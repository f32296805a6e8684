import { createTransport } from 'nodemailer'

export interface Message {
  from: { name: string; address: string }
  to: { name: string; address: string }
  subject: string
  html: string
  text: string
  /** The same for the same e-mail every time, so that a mailbox can drop a second copy. */
  messageId: string
  date: Date
}

/** Hands e-mails over to a mail server. */
export interface Mailer {
  /**
   * @returns what the server said
   * @throws RefusedError when it refused for good; any other error may pass
   */
  send: (message: Message) => Promise<string>
  close: () => void
}

/** The server will not take this e-mail, however often it is offered. The message is what it said. */
export class RefusedError extends Error {}

/** As nodemailer describes what went wrong: at which command, and what the server answered. */
interface SmtpError extends Error {
  code?: string
  command?: string
  responseCode?: number
  response?: string
}

const SMTP_TIMEOUT_MS = 20_000

export function smtpMailer(url: string): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 10,
    connectionTimeout: SMTP_TIMEOUT_MS,
    greetingTimeout: SMTP_TIMEOUT_MS,
    socketTimeout: SMTP_TIMEOUT_MS,
    // What a template says is text, never a file or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send({ from, to, ...message }) {
      try {
        const { response } = await transport.sendMail({
          ...message,
          from: headerSafe(from),
          to: headerSafe(to),
        })
        return response
      } catch (error) {
        throw isRefusal(error) ? new RefusedError((error as SmtpError).response, { cause: error }) : error
      }
    },
    close: () => transport.close(),
  }
}

/**
 * Whether the server's verdict is about this e-mail. Everything else is about us, and may be mended: a greeting
 * that turns us away, a sign-in or a sender that is refused, encryption or a sign-in that is missing.
 */
function isRefusal(error: unknown): boolean {
  const { command = '', responseCode = 0, response = '' } = error as SmtpError
  // 503: the session went wrong, not the e-mail.
  if (responseCode < 500 || responseCode > 599 || responseCode === 503) return false
  return command === 'DATA' || (command === 'RCPT TO' && !isAboutUs(responseCode, response))
}

/** Many servers (Postfix, as it comes) say only here that they block the client, its sign-in or the sender. */
function isAboutUs(responseCode: number, response: string): boolean {
  return [530, 534, 535, 538].includes(responseCode) || /^5\d\d[ -]5\.(7\.|1\.[78]\b)/.test(response)
}

const headerSafe = ({ name, address }: Message['to']) => ({
  name: name.replace(/\p{C}+/gu, ' ').trim(),
  address,
})
