import { unescapeFormula } from '../../platform/text/csv.ts'
import { readName } from '../../platform/text/names.ts'

/** What programs write for a value that is missing. */
const NOTHING = /^(?:nan|null|undefined|none|n\/a|#n\/a|#ref!|#value!|#name\?)$/i
/** What a spreadsheet makes of a long number: the digits are lost. */
const ROUNDED = /^\d(?:[.,]\d+)?E\+?\d+$/i

/** A cell on one line; '' for what stands for nothing. */
export function readCell(cell: string | null | undefined): string {
  const text = unescapeFormula(readName(cell ?? ''))
  return NOTHING.test(text) ? '' : text
}

/** Whether a number has lost its digits in a spreadsheet, as in `4.47911E+11`. */
export const isRounded = (text: string): boolean => ROUNDED.test(text)
