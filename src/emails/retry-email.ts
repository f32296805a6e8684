import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import { emailsQueue } from './emails-queue.ts'

export interface FailedEmail {
  id: string
  site_id: string
  status: string
}

/**
 * Has an e-mail that has failed sent again at once.
 *
 * @param email locked
 * @throws ApiError 409 when it has not failed
 */
export async function retryEmail(tx: Tx, { id, site_id, status }: FailedEmail, now: Date): Promise<void> {
  if (status !== 'failed')
    throw new ApiError(
      409,
      'email_not_retriable',
      `The e-mail ${id} cannot be sent again: only those that have failed can be; its status is ${status}.`,
    )
  await emailsQueue.retry(sql`id = ${id} and site_id = ${site_id}`, now).execute(tx)
}
