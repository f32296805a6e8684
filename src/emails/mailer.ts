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
        throw isRefusal(error)
          ? new RefusedError((error as { response: string }).response, { cause: error })
          : error
      }
    },
    close: () => transport.close(),
  }
}

/** 5xx to the envelope or the message. A refused sign-in is no verdict about the e-mail: it may be mended. */
function isRefusal(error: unknown): boolean {
  const { responseCode = 0, code } = error as { responseCode?: number; code?: string }
  return responseCode >= 500 && responseCode < 600 && code !== 'EAUTH'
}

const headerSafe = ({ name, address }: Message['to']) => ({
  name: name.replace(/\p{C}+/gu, ' ').trim(),
  address,
})
