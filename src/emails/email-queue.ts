import type { Queue } from '../jobs/queue.ts'
import { LEASE_MS } from './lease.ts'
import { MAIL_CONNECTIONS } from './mailer.ts'
import { type EmailId, sendEmail } from './send-email.ts'

/** E-mails are tried for about two days: after 30 s, then ever more rarely, at least every six hours. */
export const emailQueue: Queue<EmailId> = {
  name: 'emails',
  // With a mail server, more would wait for a connection while their time runs.
  atOnce: ({ mailer }) => (mailer ? MAIL_CONNECTIONS : 100),
  options: {
    retryLimit: 18,
    retryDelay: 30,
    retryBackoff: true,
    retryDelayMax: 6 * 3600,
    // A worker that dies holds its jobs for this long; one that lives has long let go of the e-mail.
    expireInSeconds: LEASE_MS / 1_000 + 5,
    deleteAfterSeconds: 24 * 3600,
    retentionSeconds: 14 * 24 * 3600,
  },
  run: sendEmail,
}
