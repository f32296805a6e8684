import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { FileStore } from './file-store.ts'

/** Keeps files in a folder; every process of the server must see it. */
export function folderStore(folder: string): FileStore {
  // Folders with fewer files: some tools take long to list many.
  const pathOf = (key: string) => join(folder, key.slice(0, 2), key)
  return {
    addressOf: null,
    pathOf,
    async put(key, content) {
      const path = pathOf(key)
      const partial = `${path}.partial`
      await mkdir(dirname(path), { recursive: true })
      try {
        await pipeline(content, createWriteStream(partial, { mode: 0o600 }))
        await flush(partial)
        await rename(partial, path)
      } catch (error) {
        await rm(partial, { force: true })
        throw error
      }
    },
    async sizeOf(key) {
      return stat(pathOf(key)).then(
        ({ size }) => size,
        () => null,
      )
    },
    async read(key) {
      const handle = await open(pathOf(key))
      return createReadStream('', { fd: handle })
    },
    async remove(key) {
      for (const path of [pathOf(key), `${pathOf(key)}.partial`]) await rm(path, { force: true })
    },
  }
}

/** On the disk before the row that names it: a power cut must not leave a row without a file. */
async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r+')
  await handle.sync().finally(() => handle.close())
}
