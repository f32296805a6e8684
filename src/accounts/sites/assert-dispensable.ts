import { sql } from 'kysely'
import { ApiError } from '../../platform/jsonapi/errors.ts'
import type { Row } from '../../platform/jsonapi/resource.ts'
import type { Writing } from '../../platform/records/records.ts'

/**
 * Checks that an account keeps another site when one is archived. The lock lets only one be archived at a time.
 *
 * @throws ApiError 422
 */
export async function assertDispensable(site: Row, { tx, accountId }: Writing): Promise<void> {
  await sql`select from accounts where id = ${accountId} for no key update`.execute(tx)
  const { rows } = await sql`
    select from sites where account_id = ${accountId} and id <> ${site.id} and archived_at is null limit 1`.execute(
    tx,
  )
  if (rows.length > 0) return
  throw new ApiError(422, 'only_site', 'It is the only site of the account. Create another one first.')
}
