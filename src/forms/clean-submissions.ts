import type { App } from '../platform/app.ts'
import { inTransaction } from '../platform/db/database.ts'
import { deleteSubmissions } from './personal-data.ts'

/** Longer than the links of their e-mails can be used. */
const KEPT_MS = 14 * 86_400_000

const BATCH = 1_000

/** Deletes submissions that nobody has confirmed. @returns how many; there may be more */
export const cleanSubmissions = ({ db, clock }: App): Promise<number> =>
  inTransaction(db, async (tx) => {
    const submissions = await tx
      .selectFrom('form_submissions')
      .select(['site_id', 'id', 'confirmation_event_id'])
      .where('contact_id', 'is', null)
      .where('created_at', '<', new Date(clock.now().getTime() - KEPT_MS))
      .orderBy('created_at')
      .limit(BATCH)
      .forUpdate()
      .skipLocked()
      .execute()
    for (const [siteId, some] of Map.groupBy(submissions, ({ site_id }) => site_id))
      await deleteSubmissions(tx, siteId, some)
    return submissions.length
  })
