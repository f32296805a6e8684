import type { Queue } from '../jobs/queue.ts'
import { type EmailId, LEASE_MS } from './lease.ts'
import { MAIL_CONNECTIONS } from './mailer.ts'
import { sendEmail } from './send-email.ts'

/** E-mails in a worker for each connection to the mail server: while one is handed over, others are prepared. */
const PER_CONNECTION = 4

/** E-mails are tried for about two days: after 30 s, then ever more rarely, at least every six hours. */
export const emailQueue: Queue<EmailId> = {
  name: 'emails',
  atOnce: ({ mailer }) => (mailer ? PER_CONNECTION * MAIL_CONNECTIONS : 100),
  options: {
    retryLimit: 18,
    retryDelay: 30,
    retryBackoff: true,
    retryDelayMax: 6 * 3600,
    // A worker that died is noticed after this; its e-mails wait until they are not in hand any more.
    heartbeatSeconds: 20,
    // For one that lives: a slow mail server may take its longest for each of them.
    expireInSeconds: (PER_CONNECTION * LEASE_MS) / 1_000,
    deleteAfterSeconds: 24 * 3600,
    retentionSeconds: 14 * 24 * 3600,
  },
  run: sendEmail,
}
