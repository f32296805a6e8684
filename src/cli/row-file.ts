import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import type { BulkKind } from '../bulk/bulk-kind.ts'

/**
 * Reads the rows of a bulk job from a file, as requests have them: a list in JSON, or a CSV file whose columns have the
 * names of members, where a blank cell says nothing.
 */
export async function readRowFile(kind: BulkKind, file: string): Promise<unknown[]> {
  const text = await readFile(file, 'utf8')
  if (file.endsWith('.csv')) {
    const rows: Record<string, string>[] = parse(text, {
      columns: true,
      bom: true,
      trim: true,
      skip_empty_lines: true,
    })
    return rows.map((row) => rowOfCells(kind, row))
  }
  const rows = parseJson(file, text)
  if (Array.isArray(rows)) return rows
  throw new Error(`${file} must contain a list of rows, each an object with an email or a contact_id.`)
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${file} is not well-formed JSON; the name of a CSV file ends with .csv.`)
  }
}

const rowOfCells = ({ members }: BulkKind, cells: Record<string, string>): object =>
  Object.fromEntries(
    Object.entries(cells)
      .filter(([, cell]) => cell !== '')
      .map(([name, cell]) => [name, members[name]?.fromText?.(cell) ?? cell]),
  )
