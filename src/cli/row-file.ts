import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { BulkKind } from '../bulk/bulk-kind.ts'
import { membersOfRows } from '../bulk/read-rows.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import { Mistakes } from './output.ts'

/** The rows of a bulk job, as requests have them, and where in their file they are. */
export interface RowFile {
  name: string
  rows: unknown[]
  /** What the places of rows are called: lines of a CSV file, or else the rows themselves. */
  unit: 'line' | 'row'
  /** The place of each row. Of a row on several lines, the last one. */
  places: number[]
}

/**
 * Reads the rows of a bulk job from a file: a list in JSON, or a CSV file whose columns have the names of members, where
 * a blank cell says nothing.
 */
export async function readRowFile(kind: BulkKind, file: string): Promise<RowFile> {
  const text = await readFile(file, 'utf8')
  const name = basename(file)
  if (file.endsWith('.csv')) return { name, unit: 'line', ...readCsv(kind, name, text) }
  const rows = parseJson(file, text)
  if (Array.isArray(rows)) return { name, rows, unit: 'row', places: rows.map((_, index) => index + 1) }
  throw new Error(`${file} must contain a list of rows, each an object with an email or a contact_id.`)
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${file} is not well-formed JSON; the name of a CSV file ends with .csv.`)
  }
}

interface CsvRow {
  record: Record<string, string>
  info: { lines: number }
}

function readCsv(kind: BulkKind, name: string, text: string): Pick<RowFile, 'rows' | 'places'> {
  const known = membersOfRows(kind)
  const delimiter = delimiterOf(text, known)
  const read = parse(text, {
    ...{ delimiter, columns: true, info: true, bom: true, trim: true },
    // Spreadsheets write lines that have nothing but delimiters.
    ...{ skip_empty_lines: true, skip_records_with_empty_values: true },
  }) as unknown as CsvRow[]
  assertColumns(
    name,
    read.map(({ record }) => record),
    known,
  )
  return {
    rows: read.map(({ record }) => rowOfCells(kind, record)),
    places: read.map(({ info }) => info.lines),
  }
}

const DELIMITERS = [',', ';', '\t']

/** What separates the first line into most columns that there are; a spreadsheet writes that of its language. */
function delimiterOf(text: string, known: string[]): string {
  const countColumns = (delimiter: string) => {
    const options = { delimiter, to: 1, bom: true, trim: true, skip_empty_lines: true, relax_quotes: true }
    const [header = []] = parse(text, options)
    return header.filter((column) => known.includes(column)).length
  }
  const counts = DELIMITERS.map(countColumns)
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!
}

/** Columns without any value say nothing, whatever they are called. */
function assertColumns(name: string, records: Record<string, string>[], known: string[]): void {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record).filter((one) => record[one])))]
  const unknown = columns.filter((column) => !known.includes(column))
  const use = `Use ${known.join(', ')}.`
  const mistakes = unknown.map((column) => `${name}, line 1: There is no column "${column}". ${use}`)
  const hasPerson = columns.some((column) => ['email', 'contact_id'].includes(column))
  if (records.length > 0 && !hasPerson && unknown.length === 0)
    mistakes.push(`${name}, line 1: There is no column email or contact_id with a value. ${use}`)
  if (mistakes.length > 0) throw new Mistakes(mistakes)
}

const rowOfCells = ({ members }: BulkKind, cells: Record<string, string>): object =>
  Object.fromEntries(
    Object.entries(cells)
      .filter(([, cell]) => cell !== '')
      .map(([name, cell]) => [name, members[name]?.fromText?.(cell) ?? cell]),
  )

const PLACE_OF_ROW = /^\/data\/attributes\/rows\/(\d+)(?:\/([^/]+))?/

/** What is wrong with the rows of a file, each with its place there; anything else stays as it is. */
export function mistakesInFile(error: unknown, file: RowFile): unknown {
  if (!(error instanceof ApiError)) return error
  const all = [error, ...error.others]
  if (!all.some(({ source }) => PLACE_OF_ROW.test(source?.pointer ?? ''))) return error
  return new Mistakes(all.map(({ message, source }) => placeIn(file, source?.pointer) + message))
}

function placeIn({ name, unit, places }: RowFile, pointer = ''): string {
  const [, index, member] = PLACE_OF_ROW.exec(pointer) ?? []
  if (index === undefined) return ''
  return `${name}, ${unit} ${places[Number(index)]}${member === undefined ? '' : `, ${member}`}: `
}
