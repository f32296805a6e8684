import { violates } from '../../platform/db/database.ts'
import { type ApiError, unprocessable } from '../../platform/jsonapi/errors.ts'

const EMAIL = '/data/attributes/email'

/** The refusal that follows from an error of the database about the address of a contact; null: it is another error. */
export function addressTaken(error: unknown): ApiError | null {
  if (violates(error, 'contacts_email') || violates(error, 'customers_email'))
    return unprocessable('taken', 'Email has already been taken', EMAIL)
  if (!violates(error, 'contact_aliases_email')) return null
  const { contact_id, alias_id } = JSON.parse((error as { detail: string }).detail)
  return unprocessable(
    'taken_as_alias',
    `Email is a former address of contact ${contact_id}, and still finds it. To use the address for somebody else, release it first: DELETE /v1/contact_aliases/${alias_id}`,
    EMAIL,
  )
}

/** Whether an address could not be given to a contact because another one has it, or had it. */
export const isAddressTaken = ({ code }: ApiError): boolean => ['taken', 'taken_as_alias'].includes(code)
