import type { Db, Tx } from '../../platform/db/database.ts'
import { type ApiError, jsonPointer, type Path, unprocessable } from '../../platform/jsonapi/errors.ts'
import { FieldError } from '../../platform/jsonapi/fields.ts'
import { absence, unknownCode } from '../../platform/jsonapi/site-attributes.ts'
import { readName } from '../../platform/text/names.ts'
import { type CustomField, customFieldsOf } from './find-fields.ts'
import { isParagraphs, typeOf } from './value-types.ts'

/** Values of custom fields as they are kept, by the handles of the fields; null: none. */
export type CustomValues = Record<string, string | null>

/** Without fields that have no value, as a contact keeps them. */
export const withValues = (values: CustomValues): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null))

export const HANDLE_PREFIX = 'custom_'
export const SINGULAR = 'custom field'

/** Whether a name can only be meant to be that of a custom field, known or not: `custom_7`, `Custom-7`, `custom_song`. */
export const isHandle = (name: string): boolean => /^custom(?![a-z])/i.test(name)

/**
 * Reads values of custom fields of a site. A number and a boolean are read as the texts that stand for them; null and
 * an empty text are no value.
 *
 * @param given values by handle
 * @param path to the object that contains them
 * @throws ApiError 422 that points at the value: for a field that the site lacks, it lists those that there are
 */
export async function readCustomValues(
  db: Db | Tx,
  siteId: string,
  given: Record<string, unknown>,
  path: Path = ['data', 'attributes'],
): Promise<CustomValues> {
  const handles = Object.keys(given).filter((handle) => given[handle] !== undefined)
  if (handles.length === 0) return {}
  const fields = await customFieldsOf(db, [siteId])
  const byHandle = new Map(fields.map((field) => [field.handle, field]))
  const values: CustomValues = {}
  for (const handle of handles) {
    const field = byHandle.get(handle)
    if (!field) throw absentField(handle, fields, [...path, handle])
    values[handle] = readCustomValue(field, given[handle], [...path, handle])
  }
  return values
}

/**
 * Reads one value of a custom field.
 *
 * @param path to the value
 * @throws ApiError 422 that points at it
 */
export function readCustomValue(field: CustomField, given: unknown, path: Path): string | null {
  const { form, read } = typeOf(field.type)
  if (given === null) return null
  if (!['string', 'number', 'boolean'].includes(typeof given))
    throw invalid(field, 'invalid', `must be ${form}`, path)
  const text = isParagraphs(field.type) ? String(given).trim().normalize('NFC') : readName(String(given))
  if (text === '') return null
  try {
    const value = read(text, field.options)
    if (value !== undefined) return value
  } catch (error) {
    throw error instanceof FieldError ? invalid(field, error.code, error.message, path) : error
  }
  throw invalid(field, 'invalid', `must be ${form}`, path)
}

const invalid = ({ handle, title }: CustomField, code: string, problem: string, path: Path): ApiError =>
  unprocessable(code, `${handle} (${title}) ${problem}`, jsonPointer(path))

/** The error about a field that a site lacks. @param path to what names it */
export const absentField = (handle: string, fields: CustomField[], path: Path): ApiError => {
  const known = fields.map((field) => ({ name: field.handle }))
  return unprocessable(
    unknownCode(SINGULAR),
    absence(SINGULAR, handle, HANDLE_PREFIX, known),
    jsonPointer(path),
  )
}
