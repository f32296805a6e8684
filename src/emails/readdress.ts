import { deleteLinks } from '../links/member-links.ts'
import type { App } from '../platform/app.ts'
import { anyOf, type Tx } from '../platform/db/database.ts'
import { movingLink } from './email-data.ts'
import type { EmailContext } from './email-facts.ts'

interface Rendered extends EmailContext {
  id: string
  /** Null: it has not been rendered. */
  html: string | null
}

/**
 * The ids of e-mails that were rendered for an address that their contact has left since, by a change or a merge. They
 * are to be rendered again. Their links, which ended with that address, are deleted, so that they are made again, too.
 */
export async function readdress(app: App, tx: Tx, emails: Rendered[]): Promise<Set<string>> {
  const rendered = emails.filter((email) => email.html !== null && movingLink(email) !== null)
  if (rendered.length === 0) return new Set()
  const rows = await tx
    .selectFrom('emails as e')
    .innerJoin('contacts as c', (join) =>
      join.onRef('c.id', '=', 'e.contact_id').onRef('c.site_id', '=', 'e.site_id'),
    )
    .select('e.id')
    .where('e.site_id', '=', anyOf(rendered.map(({ site_id }) => site_id)))
    .where('e.id', '=', anyOf(rendered.map(({ id }) => id)))
    .where('c.deleted_at', 'is', null)
    .whereRef('c.email', '<>', 'e.to_email')
    .execute()
  const ids = new Set(rows.map(({ id }) => id))
  await deleteLinks(
    app,
    tx,
    rendered.flatMap((email) => (ids.has(email.id) ? (movingLink(email) ?? []) : [])),
  )
  return ids
}
