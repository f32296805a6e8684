import type { Readable } from 'node:stream'
import { parse as parseStream } from 'csv-parse'
import { parse } from 'csv-parse/sync'
import { ApiError, badRequest } from '../../platform/jsonapi/errors.ts'
import { decodeLines } from './decode-lines.ts'

/** A row of a CSV file. */
export interface CsvRow {
  /** As long as the row is, which need not be as long as the header. */
  cells: string[]
  /** Where it begins; the first line of the file is 1. */
  line: number
}

/** Characters of the longest row; a quote that is never closed would make one of the whole file. */
const LONGEST_ROW = 1_000_000
const DELIMITERS = [',', ';', '\t']

/**
 * Reads a CSV file as it arrives: the encodings that decodeLines() knows, commas, semicolons or tabs, any line breaks,
 * also within quotes. Lines without anything but delimiters are left out. The first row is the header.
 *
 * @param count columns of a header that are known, of those that a delimiter would make
 * @throws ApiError 400 for what is not CSV
 */
export async function* readCsv(
  source: Readable,
  count: (header: string[]) => number,
): AsyncGenerator<CsvRow> {
  const text = source.pipe(decodeLines())
  source.on('error', (error) => text.destroy(error))
  if (source.errored) throw source.errored
  const chunks = text[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const { beginning, isAll } = await readBeginning(chunks)
  assertTable(beginning)
  const parser = parseStream({
    delimiter: delimiterOf(beginning, count),
    info: true,
    bom: true,
    record_delimiter: '\n',
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    max_record_size: LONGEST_ROW,
  })
  const feeding = feed(parser, chunks, beginning, isAll)
  let isHeader = true
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedRow>) {
      isHeader = false
      yield { cells: record, line: info.lines - breaksIn(record) }
    }
    await feeding
  } catch (error) {
    throw explain(error, isHeader)
  } finally {
    source.destroy()
  }
}

interface ParsedRow {
  record: string[]
  info: { lines: number }
}

/** So much that the header is in it. */
const BEGINNING = 100_000

async function readBeginning(chunks: AsyncIterator<Buffer>): Promise<{ beginning: string; isAll: boolean }> {
  let beginning = ''
  while (beginning.length < BEGINNING) {
    const { value, done } = await chunks.next()
    if (done) return { beginning, isAll: true }
    beginning += value.toString()
  }
  return { beginning, isAll: false }
}

/** JSON, as exports have it, and workbooks of spreadsheets are the files that people take for CSV. @throws ApiError 400 */
function assertTable(beginning: string): void {
  if (/^\ufeff?\s*(?:\{\s*"|\[\s*[[{"])/.test(beginning))
    throw badRequest(
      'not_csv',
      'The file is JSON, and imports read CSV. Export it as CSV: in Bestow, with --format csv, or format=csv over the API.',
    )
  if (beginning.startsWith('PK\u0003\u0004'))
    throw badRequest(
      'not_csv',
      'The file is a workbook or a zip archive, and imports read CSV. Save it as CSV in your spreadsheet, or unpack it.',
    )
}

async function feed(
  parser: ReturnType<typeof parseStream>,
  chunks: AsyncIterator<Buffer>,
  beginning: string,
  isAll: boolean,
): Promise<void> {
  try {
    parser.write(beginning)
    for (let ended = isAll; !ended; ) {
      const { value, done } = await chunks.next()
      ended = done === true
      if (!done && !parser.write(value)) await new Promise((resolve) => parser.once('drain', resolve))
    }
    parser.end()
  } catch (error) {
    parser.destroy(error as Error)
  }
}

/** What separates the first line into most columns that are known; a spreadsheet writes that of its language. */
function delimiterOf(beginning: string, count: (header: string[]) => number): string {
  const counts = DELIMITERS.map((delimiter) => {
    const options = {
      delimiter,
      to: 1,
      bom: true,
      record_delimiter: '\n',
      relax_quotes: true,
      skip_empty_lines: true,
    }
    const header = parseFirst(beginning, options)
    // Of those that make no known column, the one that makes most.
    return count(header) * 10_000 + header.length
  })
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!
}

function parseFirst(text: string, options: object): string[] {
  try {
    const [header = []] = parse(text, options) as unknown as string[][]
    return header
  } catch {
    return []
  }
}

/** Line breaks within the cells of a row; the parser counts the line where it ends. */
const breaksIn = (cells: string[]): number =>
  cells.reduce((sum, cell) => sum + (cell.match(/\n/g)?.length ?? 0), 0)

/** Errors of the parser name the line. */
function explain(error: unknown, isHeader: boolean): unknown {
  const { code = '', lines } = error as { code?: string; lines?: number }
  if (error instanceof ApiError || !code.startsWith('CSV_')) return error
  if (code === 'CSV_QUOTE_NOT_CLOSED')
    return badRequest(
      'malformed_csv',
      `A quote is not closed: the row that begins before line ${lines} has no end. Check the quotes of the file.`,
    )
  if (code === 'CSV_MAX_RECORD_SIZE')
    return badRequest(
      'malformed_csv',
      `${isHeader ? 'The header' : 'A row'} is longer than ${LONGEST_ROW.toLocaleString('en')} characters, at line ${lines}. Check whether a quote before it is not closed, and whether the file has line breaks.`,
    )
  return badRequest('malformed_csv', `The file is no well-formed CSV: ${(error as Error).message}.`)
}
