import { sql } from 'kysely'
import type { Db, Tx } from '../platform/db/database.ts'
import { reserveIdsUpTo } from '../platform/records/reserve-id.ts'

/** What somebody has entered in a form at an earlier time. */
export interface EarlierSubmission {
  /** Used where it is free; null or left out: the server chooses. */
  id?: string | null
  formId: string
  contactId: string
  name: string
  email: string
  /** By handle. */
  answers: Record<string, string>
  submittedAt: Date
}

/**
 * Stores a submission of earlier, from which nothing follows. One of the same form, address and time is stored once.
 *
 * @returns its id; null: it was there
 */
export async function keepSubmission(
  tx: Tx,
  siteId: string,
  given: EarlierSubmission,
): Promise<string | null> {
  const { id = null, formId, contactId, name, email, answers, submittedAt } = given
  if (id !== null) await reserveIdsUpTo(tx, 'form_submissions', id)
  const { rows } = await sql<{ id: string }>`
    insert into form_submissions (site_id, id, form_id, contact_id, name, email, answers, created_at, confirmed_at)
    select ${siteId},
           case when ${id}::bigint is null or exists (select from form_submissions where id = ${id}::bigint and site_id = ${siteId})
                then nextval(pg_get_serial_sequence('form_submissions', 'id')) else ${id}::bigint end,
           ${formId}, ${contactId}, ${name}, ${email}, ${JSON.stringify(answers)}::jsonb, ${submittedAt},
           null
     where not exists (
       select from form_submissions
        where site_id = ${siteId} and form_id = ${formId} and email = ${email} and created_at = ${submittedAt})
    returning id`.execute(tx)
  return rows[0]?.id ?? null
}

/** The forms of a site that are not archived. */
export const formsOfSite = (tx: Db | Tx, siteId: string): Promise<{ id: string; title: string }[]> =>
  tx
    .selectFrom('forms')
    .select(['id', 'title'])
    .where('site_id', '=', siteId)
    .where('archived_at', 'is', null)
    .orderBy('id')
    .execute()
