/** What somebody entered in a form: read, and checked field by field. */
import { parseContactAttributes, valuesOfNew } from '../people/contacts/contact-attributes.ts'
import { readCustomValue } from '../people/custom-fields/read-values.ts'
import { ApiError, jsonPointer } from '../platform/jsonapi/errors.ts'
import type { Values } from '../platform/jsonapi/read-attributes.ts'
import { capitalized } from '../platform/text/nouns.ts'
import type { FormField } from './find-form.ts'
import { isStandard } from './standard-fields.ts'

/** Values without blanks: what was left empty says nothing. */
export interface Submitted {
  name: string
  email: string
  /** By handle. */
  answers: Record<string, string>
}

/** Why a value is refused. `detail` is a sentence for developers. */
export interface Problem {
  handle: string
  code: string
  detail: string
}

/**
 * Reads the values of a submission. `first_name` and `last_name` make a name when there is none.
 *
 * @param known the fields whose values are accepted
 * @returns the values, and every problem in the order of the fields; with a problem, the values are incomplete
 */
export function readSubmission(
  known: FormField[],
  given: Values,
): { submitted: Submitted; problems: Problem[] } {
  const problems: Problem[] = []
  const values: Record<string, string> = {}
  for (const field of known) {
    const { handle, required } = field
    try {
      const value = readValue(field, given)
      // A box that must be ticked.
      if (required && (!value || (isBox(field) && value === 'false'))) problems.push(missing(field))
      else if (value) values[handle] = value
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      problems.push({ handle, code: error.code, detail: error.message })
    }
  }
  const { name = '', email = '', ...answers } = values
  return { submitted: { name, email, answers }, problems }
}

const isBox = ({ custom }: FormField): boolean => custom?.type === 'CheckboxField'

const missing = ({ handle, custom }: FormField): Problem => ({
  handle,
  code: 'blank',
  detail: `${custom ? `${handle} (${custom.title})` : capitalized(handle.replaceAll('_', ' '))} can't be blank`,
})

/** @throws ApiError 422 */
function readValue({ handle, custom }: FormField, given: Values): string | null | undefined {
  if (custom) return readCustomValue(custom, given[handle] ?? null, ['data', 'attributes', handle])
  if (handle === 'name') return readName(given)
  // Blank is no address: whether it may be is for the caller to say.
  if (handle === 'email' && isBlank(given.email)) return null
  if (!isStandard(handle) || given[handle] === undefined) return null
  return parseContactAttributes({ [handle]: given[handle] }).values[handle]
}

function readName({ name, first_name, last_name }: Values): string | undefined {
  return valuesOfNew(parseContactAttributes({ name: name ?? null, first_name, last_name })).name
}

const isBlank = (value: unknown) =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '')

/** The first problem as an error of the API. @param given what the error can point at */
export function problemError({ handle, code, detail }: Problem, given: Values): ApiError {
  const path = Object.hasOwn(given, handle) ? ['data', 'attributes', handle] : ['data', 'attributes']
  return new ApiError(422, code, detail, { source: { pointer: jsonPointer(path) } })
}
