import { formsOfSite } from '../forms/keep-submission.ts'
import type { Db, Tx } from '../platform/db/database.ts'
import { unprocessable } from '../platform/jsonapi/errors.ts'
import type { ImportKind } from './import-kind.ts'

/**
 * Checks the form of submissions that do not name theirs.
 *
 * @throws ApiError 422 for a form that the site does not have, and for one of files of another kind
 */
export async function assertForm(
  db: Db | Tx,
  { name }: ImportKind,
  siteId: string,
  formId: string | null,
  pointer: string,
): Promise<void> {
  if (formId === null) return
  if (name !== 'form_submissions')
    throw unprocessable(
      'invalid',
      `form_id is for form_submissions alone, and the file is of ${name}. Leave it out`,
      pointer,
    )
  const forms = await formsOfSite(db, siteId)
  if (forms.some(({ id }) => id === formId)) return
  const known = forms.slice(0, 10).map(({ id, title }) => `${id} (${title})`)
  throw unprocessable(
    'not_found',
    `The site has no form ${formId}. ${known.length > 0 ? `It has ${known.join(', ')}` : 'Create one first'}`,
    pointer,
  )
}
