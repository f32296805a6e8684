/** What an import notices besides the outcomes of its rows; of each kind the first hundred. */

const MOST = 100

export interface Findings {
  /** Names of what was created for the rows, by type. */
  created: Record<string, string[]>
  /** Cells with several names that can be read in more than one way, how they were read, and in how many rows. */
  ambiguous: { column: string; cell: string; reading: string; rows: number }[]
  /** Cells that were left out, by reason. */
  left_out: { column: string; reason: string; rows: number; lines: number[] }[]
  /** Why the import could not begin. */
  problem?: string
}

export const noFindings = (): Findings => ({ created: {}, ambiguous: [], left_out: [] })

export function noteCreated({ created }: Findings, type: string, name: string): void {
  const names = created[type] ?? []
  if (!names.includes(name) && names.length < MOST) created[type] = [...names, name]
}

export function noteAmbiguous({ ambiguous }: Findings, column: string, cell: string, reading: string): void {
  const known = ambiguous.find((one) => one.column === column && one.cell === cell)
  if (known) known.rows += 1
  else if (ambiguous.length < MOST) ambiguous.push({ column, cell, reading, rows: 1 })
}

const MOST_LINES = 20

export function noteLeftOut({ left_out }: Findings, column: string, reason: string, line: number): void {
  const known = left_out.find((one) => one.column === column && one.reason === reason)
  if (!known) {
    if (left_out.length < MOST) left_out.push({ column, reason, rows: 1, lines: [line] })
    return
  }
  known.rows += 1
  if (known.lines.length < MOST_LINES) known.lines.push(line)
}
