import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface SmtpSink {
  url: string
  /** The received e-mails, parsed; `raw` is the original message. */
  messages: { mail: ParsedMail; raw: string; recipients: string[] }[]
  close: () => Promise<void>
}

/** A mail server on this machine that keeps received e-mails; `behaviour` makes it refuse or fail. */
export async function startSmtp(behaviour: SMTPServerOptions = {}): Promise<SmtpSink> {
  const messages: SmtpSink['messages'] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    async onData(stream, session, callback) {
      const chunks: Buffer[] = []
      for await (const chunk of stream) chunks.push(chunk)
      const raw = Buffer.concat(chunks).toString()
      messages.push({
        raw,
        mail: await simpleParser(raw),
        recipients: session.envelope.rcptTo.map(({ address }) => address),
      })
      callback(null, 'queued as A1')
    },
    ...behaviour,
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    messages,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** A rejection by a mail server: permanent (5xx) or transient (4xx). */
export function refusal(code: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode: code })
}
