import { randomUUID } from 'node:crypto'
import { nameAndEmailOf } from '../../accounts/users.ts'
import { limitTests } from '../../emails/limit-tests.ts'
import { DeliveryError } from '../../emails/mailer.ts'
import type { App } from '../../platform/app.ts'
import type { Caller } from '../../platform/http/route.ts'
import type { Message } from '../../platform/mailer.ts'

export interface TestEmail {
  to: string
  /** kept: there is no mail server. */
  status: 'sent' | 'failed' | 'kept'
  /** What the mail server answered; null without one. */
  response: string | null
}

/**
 * Sends an e-mail to the caller's user at once, to show whether the mail server takes e-mails.
 *
 * @param sender of a site; by default that of the server
 * @param source IP address
 * @throws ApiError 429 after too many
 */
export async function sendTestEmail(
  app: App,
  user: Pick<Caller, 'accountId' | 'userId'>,
  source: string,
  sender: Pick<Message, 'from' | 'replyTo'> = { from: { name: 'Bestow', address: app.config.MAIL_FROM } },
): Promise<TestEmail> {
  const { name, email } = await nameAndEmailOf(app.db, user)
  if (!app.mailer) return { to: email, status: 'kept', response: null }
  await limitTests(app, user.userId, source)
  try {
    const response = await app.mailer.send({
      ...sender,
      to: { name, address: email },
      subject: 'Test of the mail server',
      text: TEXT,
      html: `<p>${TEXT}</p>`,
      messageId: `<${randomUUID()}@${new URL(app.publicUrl).hostname}>`,
      date: app.clock.now(),
    })
    return { to: email, status: 'sent', response }
  } catch (error) {
    if (error instanceof DeliveryError) return { to: email, status: 'failed', response: error.words }
    throw error
  }
}

const TEXT = 'Bestow can send e-mails: the mail server accepted this one.'
