/** How CSV files are written: a spreadsheet takes what looks like a formula for text. */
export const CSV_OPTIONS = { escape_formulas: true, record_delimiter: '\r\n' } as const

/** What a spreadsheet was kept from taking for a formula, as it was. */
export const unescapeFormula = (cell: string): string => (/^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell)
