import { violates } from '../platform/db/database.ts'
import { invalidAttribute } from '../platform/jsonapi/read-attributes.ts'
import { describeProblem, parseEmailAddress } from '../platform/text/email-address.ts'

/** The e-mail of a new user as it is stored. @throws ApiError 422 that says what is wrong with it */
export function readUserEmail(given: string): string {
  const email = parseEmailAddress(given)
  if (email) return email
  throw invalidAttribute('email', 'invalid', `is not an e-mail address${describeProblem(given)}`)
}

/** The error of the database for the e-mail of another user, as an answer; any other as it is. */
export const explainTakenEmail = (error: unknown): unknown =>
  violates(error, 'users_email') ? invalidAttribute('email', 'taken', 'has already been taken') : error
