import type { App } from '../../platform/app.ts'
import { daysBefore } from '../../platform/jsonapi/field-types.ts'

/** As many at once as a store removes in a moment. */
const BATCH = 100

/**
 * Removes the contents of deleted uploads, and what is left of those that never arrived: their process ended a day ago.
 *
 * @returns how many went; there may be more
 */
export async function cleanUploads(app: App): Promise<number> {
  const { db, clock, files, log } = app
  const now = clock.now()
  const rows = await db
    .selectFrom('uploads')
    .select(['site_id', 'id', 'key', 'received_at'])
    .where('removed_at', 'is', null)
    .where((is) =>
      is.or([
        is('deleted_at', 'is not', null),
        is.and([is('received_at', 'is', null), is('created_at', '<', daysBefore(now, 1))]),
      ]),
    )
    .orderBy('created_at')
    .limit(BATCH)
    .execute()
  let count = 0
  for (const { site_id, id, key, received_at } of rows) {
    try {
      await files.remove(key)
      const row = { site_id, id }
      await (received_at === null ? forget(app, row) : markRemoved(app, row, now))
      count += 1
    } catch (error) {
      log.warn({ err: error, upload: id }, 'the file of an upload was not removed, will be tried again')
    }
  }
  return count
}

type Key = { site_id: string; id: string }

const forget = ({ db }: App, { site_id, id }: Key) =>
  db.deleteFrom('uploads').where('site_id', '=', site_id).where('id', '=', id).execute()

const markRemoved = ({ db }: App, { site_id, id }: Key, now: Date) =>
  db
    .updateTable('uploads')
    .set({ removed_at: now })
    .where('site_id', '=', site_id)
    .where('id', '=', id)
    .execute()
