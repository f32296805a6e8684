import { deliveryError } from '../emails/mailer.ts'
import type { App } from '../platform/app.ts'
import type { Mailer } from '../platform/mailer.ts'
import type { Fault, Faults } from './faults.ts'

/**
 * Lets e-mails fail as the faults say. While there are such faults, there is a mail server, which takes none of them;
 * afterwards it is again as it was.
 *
 * @returns to be called when the faults have changed
 */
export function interceptMail(app: App, faults: Faults): () => void {
  let real: Mailer | null = null
  const failing: Mailer = {
    async send(message) {
      const fault = faults.takeForEmail()
      update()
      if (fault) throw deliveryError(asSmtpError(fault.smtp!))
      if (!real) throw deliveryError({ message: 'There is no mail server.' })
      return real.send(message)
    },
    close() {
      real?.close()
    },
  }
  function update(): void {
    if (faults.areForEmails && app.mailer !== failing) {
      real = app.mailer
      app.mailer = failing
    } else if (!faults.areForEmails && app.mailer === failing) app.mailer = real
  }
  return update
}

/** As nodemailer reports it. */
const asSmtpError = (smtp: NonNullable<Fault['smtp']>) =>
  smtp === 'timeout'
    ? { code: 'ETIMEDOUT', command: 'CONN', message: 'Connection timeout' }
    : {
        code: 'EENVELOPE',
        command: 'RCPT TO',
        responseCode: smtp,
        response: `${smtp} A test wanted this e-mail to fail`,
        message: `Can't send mail - all recipients were rejected: ${smtp}`,
      }
