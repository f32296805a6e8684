import type { Db } from '../platform/db/database.ts'
import { type OwnWords, wordsIn } from './template-attributes.ts'
import type { EmailKind } from './templates/index.ts'

/** The texts of a site's own template of a kind; none: those of the system are used. */
export async function readOwnWords(db: Db, siteId: string, kind: EmailKind): Promise<OwnWords> {
  const own = await db
    .selectFrom('email_templates')
    .selectAll()
    .where('site_id', '=', siteId)
    .where('kind', '=', kind)
    .where('archived_at', 'is', null)
    .executeTakeFirst()
  return own ? wordsIn(own) : {}
}
