import type { Tx } from '../db/database.ts'
import { unprocessable } from '../jsonapi/errors.ts'
import { namesOf } from './names-of.ts'
import { findReferable, nounOf, type ReferenceType } from './referable.ts'

/** What prevents that an archived row is restored. The request says `archived: false`. */
export const cannotRestore = (code: string, sentence: string) =>
  unprocessable(code, sentence, '/data/attributes/archived')

/**
 * Checks that what an archived row names is not archived, now that the row is restored. Until the transaction ends
 * nobody archives it.
 *
 * @throws ApiError 422 with the names of what is archived
 */
export async function assertRestorable(
  tx: Tx,
  siteId: string,
  type: ReferenceType,
  ids: string[],
): Promise<void> {
  const referable = await findReferable(tx, siteId, type, ids)
  const archived = [...new Set(ids)].filter((id) => !referable.has(id))
  if (archived.length === 0) return
  const nameOf = await namesOf(
    tx,
    siteId,
    archived.map((id) => ({ type, id })),
  )
  const names = archived.map((id) => `the ${nounOf(type)} "${nameOf({ type, id })}" (${id})`)
  const [are, them] = archived.length === 1 ? ['It is', 'it'] : ['They are', 'them']
  throw cannotRestore(
    'names_archived',
    `It uses ${names.join(', ')}. ${are} archived: restore ${them} first, or remove ${them} in the same request.`,
  )
}
