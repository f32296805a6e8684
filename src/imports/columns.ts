import type { CustomField } from '../people/custom-fields/find-fields.ts'
import { ApiError, jsonPointer, unprocessable } from '../platform/jsonapi/errors.ts'
import { readName } from '../platform/text/names.ts'

/** What a column of a file can be imported into. */
export interface ImportField {
  name: string
  /** What Kajabi and others call the column. */
  labels: readonly string[]
  description: string
  isRequired?: boolean
}

/** For each column the name of the field that it is imported into; null: it is left out. */
export type ColumnFields = (string | null)[]

/** What fields of custom fields are called: those of their attributes. */
export const isCustom = (field: string): boolean => /^custom_[1-9]\d{0,3}$/.test(field)

/** The title in the header of a custom field: `Favourite song (custom_3)`. */
export const titleIn = (column: string): string => readName(column.replace(/\s*\([^()]*\)\s*$/, ''))

/** The handle in brackets at the end of a column. */
const handleIn = (column: string): string | null =>
  /\(([a-z0-9_]+)\)\s*$/i.exec(column)?.[1]?.toLowerCase() ?? null

/** What titles of columns and fields have in common that are the same. */
export const plain = (label: string): string => label.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')

/** What the fields of a file can be. */
export interface Importable {
  fields: readonly ImportField[]
  /** Of the site; null: these files have none. */
  customFields: readonly CustomField[] | null
}

/** In place of a field: the custom field with the title of the column, which the import creates if there is none. */
export const NEW_CUSTOM_FIELD = 'new'

/**
 * The fields of the columns of a header: by the handle in brackets, otherwise by the label. A field that two columns
 * have is that of the first.
 */
export function fieldsOf(header: string[], importable: Importable): ColumnFields {
  const taken = new Set<string>()
  return header.map((column) => {
    const field = fieldOf(column, importable)
    if (field === null || taken.has(field)) return null
    taken.add(field)
    return field
  })
}

/** Columns that are left out because one before them has their field, each with that one. */
export function repeatedColumns(
  header: string[],
  fields: ColumnFields,
  importable: Importable,
): { index: number; first: number }[] {
  return header.flatMap((column, index) => {
    const field = fields[index] === null ? fieldOf(column, importable) : null
    const first = field === null ? -1 : fields.indexOf(field)
    return first < 0 ? [] : [{ index, first }]
  })
}

function fieldOf(column: string, { fields, customFields }: Importable): string | null {
  const handle = handleIn(column)
  if (handle !== null && fields.some(({ name }) => name === handle)) return handle
  if (handle !== null && customFields && isCustom(handle)) return handle
  const label = plain(handle === null ? column : titleIn(column))
  if (label === '') return null
  const known = fields.find(({ name, labels }) => [name, ...labels].some((one) => plain(one) === label))
  return known?.name ?? customFields?.find(({ title }) => plain(title) === label)?.handle ?? null
}

/**
 * The fields of columns, some of which are named.
 *
 * @param map by column, or by its handle or label, the name of a field, or NEW_CUSTOM_FIELD; null or '' leaves the
 *   column out
 * @param mapPointer to the map in the request
 * @throws ApiError 422 for a column that the file lacks, a field that there is not, and one that two columns have
 */
export function withNamed(
  header: string[],
  fields: ColumnFields,
  map: Record<string, string | null>,
  importable: Importable,
  mapPointer: string,
): ColumnFields {
  const changed = [...fields]
  const errors: ApiError[] = []
  const named = new Map<string, string>()
  for (const [column, given] of Object.entries(map)) {
    const index = indexOf(header, column)
    const field = given?.trim() || null
    const pointer = `${mapPointer}${jsonPointer([column])}`
    const other = named.get(field ?? '')
    if (index < 0)
      errors.push(
        unprocessable(
          'unknown_column',
          `The file has no column "${column}". It has ${list(header)}`,
          pointer,
        ),
      )
    else if (field !== null && !isImportable(field, importable))
      errors.push(
        unprocessable(
          'unknown_field',
          `There is no field "${field}" for the column "${column}". Use ${list(namesOf(importable))}`,
          pointer,
        ),
      )
    else if (other !== undefined)
      errors.push(
        unprocessable(
          'repeated_field',
          `The columns "${other}" and "${column}" cannot both be ${field}. Name one of them`,
          pointer,
        ),
      )
    else {
      if (field !== null && field !== NEW_CUSTOM_FIELD) named.set(field, column)
      if (field !== null && field !== NEW_CUSTOM_FIELD)
        for (const [other, one] of changed.entries()) if (one === field) changed[other] = null
      changed[index] = field
    }
  }
  throwAll(errors)
  return changed
}

const indexOf = (header: string[], column: string): number => {
  const exact = header.findIndex((one) => one.trim() === column.trim())
  return exact >= 0
    ? exact
    : header.findIndex((one) => plain(one) === plain(column) || handleIn(one) === column)
}

const isImportable = (field: string, { fields, customFields }: Importable): boolean =>
  fields.some(({ name }) => name === field) ||
  (customFields !== null && (isCustom(field) || field === NEW_CUSTOM_FIELD))

const namesOf = ({ fields, customFields }: Importable): string[] => [
  ...fields.map(({ name }) => name),
  ...(customFields ? ['custom_1 and so on', NEW_CUSTOM_FIELD] : []),
]

const list = (names: string[]) => names.map((name) => name.trim()).join(', ')

function throwAll([first, ...others]: ApiError[]): void {
  if (first) throw new ApiError(422, first.code, first.message, { source: first.source, others })
}

/** @throws ApiError 422 when the file has no column for a field that is required */
export function assertRequired(
  header: string[],
  fields: ColumnFields,
  importable: Importable,
  mapPointer: string,
): void {
  const missing = importable.fields.filter(({ name, isRequired }) => isRequired && !fields.includes(name))
  if (missing.length === 0) return
  const [{ name, labels }] = missing as [ImportField]
  throw unprocessable(
    'missing_column',
    `The file has no column for ${name}, such as "${labels[0]}". It has ${list(header)}. Name the column in the map`,
    mapPointer,
  )
}
