import { stringify } from 'csv-stringify/sync'

/** Rows of a CSV file. A spreadsheet takes what looks like a formula for text: it begins with an apostrophe. */
export const csvRows = (rows: string[][]): string =>
  stringify(
    rows.map((row) => row.map(escapeFormula)),
    { record_delimiter: '\r\n', quoted_match: /[\r\n]/ },
  )

const escapeFormula = (cell: string): string => (/^'*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)

/** What csvRows() has made of a text, as it was. */
export const unescapeFormula = (cell: string): string => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell)

/** A time as Kajabi's files have it, to the second. */
export const csvTime = (time: Date | null): string =>
  time === null
    ? ''
    : time
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, ' +0000')
