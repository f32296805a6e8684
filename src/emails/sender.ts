import type { App } from '../platform/app.ts'
import type { Message } from '../platform/mailer.ts'

/** What decides who an e-mail is from, of its site `s`. */
export const SENDER = ['s.title', 's.sender_name', 's.sender_email', 's.reply_to_email'] as const

export interface Sender {
  title: string
  sender_name: string | null
  sender_email: string | null
  reply_to_email: string | null
}

/** Who the e-mails of a site are from, and where answers go. */
export const senderOf = (
  { config }: Pick<App, 'config'>,
  { title, sender_name, sender_email, reply_to_email }: Sender,
): Pick<Message, 'from' | 'replyTo'> => ({
  from: { name: sender_name ?? title, address: sender_email ?? config.MAIL_FROM },
  ...(reply_to_email && { replyTo: reply_to_email }),
})
