import { type Tx, violates } from '../../platform/db/database.ts'
import { unprocessable } from '../../platform/jsonapi/errors.ts'

const nameTaken = () => unprocessable('taken', 'Name has already been taken', '/data/attributes/name')

/**
 * Adds a tag to a site. Who may use the site, the caller has checked.
 *
 * @returns the id
 * @throws ApiError 422 when another tag of the site, not archived, has the name, whatever its case
 */
export async function createContactTag(tx: Tx, siteId: string, name: string, now: Date): Promise<string> {
  const tag = { site_id: siteId, name, created_at: now }
  return whileUnique(async () => {
    const { id } = await tx.insertInto('contact_tags').values(tag).returning('id').executeTakeFirstOrThrow()
    return id
  })
}

/** @throws ApiError 422 when `work` gives a tag the name of another */
export async function whileUnique<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw violates(error, 'contact_tags_name') ? nameTaken() : error
  }
}
