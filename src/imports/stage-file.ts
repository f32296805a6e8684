import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import type { App } from '../platform/app.ts'
import type { CsvRow } from './reading/read-csv.ts'

/** Rows of one COPY: so many are in memory at once. */
const BATCH = 2_000

/**
 * Stores the rows of a file, as they arrive, with COPY. Each batch has a transaction of its own, so that a slow client
 * holds no connection to the database.
 *
 * @param personColumn the column by which rows about the same person are found
 * @param arrived called after each COPY, with the number of rows so far
 * @returns how many there are
 */
export async function stageRows(
  app: App,
  { siteId, importId }: { siteId: string; importId: string },
  rows: AsyncIterable<CsvRow>,
  personColumn: number,
  arrived: (count: number) => Promise<void>,
): Promise<number> {
  let count = 0
  let batch: string[] = []
  const flush = async () => {
    await copyRows(app, batch)
    batch = []
    await arrived(count)
  }
  for await (const { cells, line } of rows) {
    count += 1
    const person = personOf(cells[personColumn])
    batch.push(
      copyLine([siteId, importId, String(count), String(line), storable(JSON.stringify(cells)), person]),
    )
    if (batch.length >= BATCH) await flush()
  }
  if (batch.length > 0) await flush()
  return count
}

/** By which rows about the same person are found. */
export const personOf = (cell: string | undefined): string | null =>
  storable((cell ?? '').trim().toLowerCase().slice(0, 255)) || null

/** PostgreSQL stores no NUL, and no halves of characters. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\\u0000', '').replaceAll('\0', '')

/** A line of the text format of COPY. */
const copyLine = (values: (string | null)[]): string =>
  `${values.map((value) => (value === null ? '\\N' : escapeCopy(value))).join('\t')}\n`

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

const escapeCopy = (value: string): string => value.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character]!)

async function copyRows({ pool }: App, lines: string[]): Promise<void> {
  const client = await pool.connect()
  let failed: Error | undefined
  try {
    const stream = client.query(
      copyFrom('copy import_rows (site_id, import_id, position, line, cells, person) from stdin'),
    )
    await pipeline(Readable.from(lines), stream)
  } catch (error) {
    failed = error as Error
    throw error
  } finally {
    client.release(failed)
  }
}
