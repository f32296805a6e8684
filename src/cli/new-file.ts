import { type FileHandle, open } from 'node:fs/promises'
import { extname } from 'node:path'

/**
 * Opens a file that is there not yet: with this name, or with the next number before its end, as in `rejected-2.csv`.
 * What an earlier command has written, and somebody has corrected since, is never overwritten. Only the user may read it.
 */
export async function openNewFile(path: string): Promise<{ path: string; file: FileHandle }> {
  const end = extname(path)
  const beginning = path.slice(0, path.length - end.length)
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? path : `${beginning}-${number}${end}`
    try {
      return { path: name, file: await open(name, 'wx', 0o600) }
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error
    }
  }
}
