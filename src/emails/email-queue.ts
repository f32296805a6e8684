import type { Queue } from '../jobs/queue.ts'
import { type EmailId, sendEmail } from './send-email.ts'

/** E-mails are tried for about two days: after 30 s, then ever more rarely, at least every six hours. */
export const emailQueue: Queue<EmailId> = {
  name: 'emails',
  options: {
    retryLimit: 18,
    retryDelay: 30,
    retryBackoff: true,
    retryDelayMax: 6 * 3600,
    // A worker that dies holds its jobs for this long.
    expireInSeconds: 60,
    deleteAfterSeconds: 24 * 3600,
    retentionSeconds: 14 * 24 * 3600,
  },
  run: sendEmail,
}
