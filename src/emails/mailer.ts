import { createTransport } from 'nodemailer'
import type { Mailer, Message } from '../platform/mailer.ts'
import { inOnePiece } from './single-buffer-mime.ts'

/** As nodemailer describes what went wrong: at which command, and what the server answered. */
interface SmtpError extends Pick<Error, 'message'> {
  code?: string
  command?: string
  responseCode?: number
  response?: string
}

/** Maximum time for sending an e-mail, including all waits. */
export const HANDOVER_MS = 30_000
/** Most connections of a process to the mail server. */
export const MAIL_CONNECTIONS = 10
const CONNECT_MS = 20_000

/** @param handoverMs for tests */
export function smtpMailer(url: string, handoverMs = HANDOVER_MS): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: MAIL_CONNECTIONS,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: handoverMs,
    // What a template says is text, never a file or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  transport.use('stream', inOnePiece)
  return {
    async send({ from, to, ...message }) {
      try {
        const { response } = await transport.sendMail({
          ...message,
          from: headerSafe(from),
          to: headerSafe(to),
          // The timeouts above are for each silence; a server that drags everything out knows no end.
          signal: AbortSignal.timeout(handoverMs),
        })
        return response
      } catch (error) {
        throw deliveryError(error as SmtpError)
      }
    },
    close: () => transport.close(),
  }
}

/** What an error of nodemailer means for the e-mail. */
export const deliveryError = (error: SmtpError): DeliveryError =>
  isRefusal(error) ? new RefusedError(error) : new DeliveryError(error)

/**
 * Whether the server's response is about this e-mail. Everything else is about us, and may be mended: a greeting
 * that rejects the connection, a sign-in or a sender that is refused, encryption or a sign-in that is missing.
 */
function isRefusal({ command = '', responseCode = 0, response = '' }: SmtpError): boolean {
  // 503: the session went wrong, not the e-mail.
  if (responseCode < 500 || responseCode > 599 || responseCode === 503) return false
  return command === 'DATA' || (command === 'RCPT TO' && !isAboutUs(responseCode, response))
}

/** Many servers (Postfix, as it comes) say only here that they block the client, its sign-in or the sender. */
function isAboutUs(responseCode: number, response: string): boolean {
  return [530, 534, 535, 538].includes(responseCode) || /^5\d\d[ -]5\.(7\.|1\.[78]\b)/.test(response)
}

/** The server did not take the e-mail. Its words name people, and are kept out of what is logged. */
export class DeliveryError extends Error {
  override name = 'DeliveryError'
  #words: string

  constructor({ message, code = 'error', command = '?', responseCode, response }: SmtpError) {
    super(`the mail server did not take it: ${code} at ${command}, answer ${responseCode ?? 'none'}`)
    this.#words = response ?? message
  }

  /** What the server said, or else what went wrong. */
  get words(): string {
    return this.#words
  }
}

/** The server will not take this e-mail, however often it is offered. */
export class RefusedError extends DeliveryError {
  override name = 'RefusedError'
}

const headerSafe = ({ name, address }: Message['to']) => ({
  name: name.replace(/\p{C}+/gu, ' ').trim(),
  address,
})
