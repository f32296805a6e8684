import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../platform/db/database.ts'
import type { Uploads } from '../../platform/db/types.ts'
import { uploadKeyIn, uploadPath } from '../own-files.ts'

export type Upload = Selectable<Uploads>

const there = (db: Db | Tx) =>
  db.selectFrom('uploads').selectAll().where('received_at', 'is not', null).where('deleted_at', 'is', null)

const query = (db: Db | Tx, key: string) => there(db).where('key', '=', key)

/** What has arrived and is not deleted. @param key as it stands in an address: it can be anything */
export const findUpload = async (db: Db, key: string): Promise<Upload | undefined> =>
  uploadKeyIn(uploadPath(key)) === key ? query(db, key).executeTakeFirst() : undefined

/** An upload of the site; until the transaction ends nobody deletes it. */
export const shareUpload = (tx: Tx, siteId: string, key: string): Promise<Upload | undefined> =>
  query(tx, key).where('site_id', '=', siteId).forShare().executeTakeFirst()

/** The same, by its id. */
export const shareUploadById = (tx: Tx, siteId: string, id: string): Promise<Upload | undefined> =>
  there(tx).where('id', '=', id).where('site_id', '=', siteId).forShare().executeTakeFirst()
