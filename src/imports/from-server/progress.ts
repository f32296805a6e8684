/** How far the import of a list has come. */
export interface ImportProgress {
  list: string
  done: number
  /** As far as it is known: of a list of several sites, of those that were asked. */
  total: number
  /** When it began, as performance.now() has it. */
  begun: number
  isDone: boolean
}

/** Adds up the pages of a list over the sites that it is read of. */
export function startProgress(list: string, report: (progress: ImportProgress) => void = () => {}) {
  const begun = performance.now()
  let [done, total] = [0, 0]
  return {
    /** @param more that the list was found to have */
    add(rows: number, more: number | null) {
      done += rows
      total += more ?? 0
      report({ list, done, total: Math.max(done, total), begun, isDone: false })
    },
    end() {
      report({ list, done, total: done, begun, isDone: true })
    },
  }
}
