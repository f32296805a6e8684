/** What `bestow start` leaves in the data folder for `bestow status --env`, so that nobody copies keys by hand. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface DevelopmentAccess {
  /** Of the server that was started last. */
  url: string
  client_id: string | null
  /** Null: it was shown before this file was kept. */
  client_secret: string | null
}

const fileIn = (dataDir: string) => join(dataDir, 'development.json')

/** Remembers where the server is, and the secret of the key that was made: the database has only its hash. */
export async function keepDevelopmentAccess(
  dataDir: string,
  { url, key }: { url: string; key: { client_id: string; client_secret?: string } | null },
): Promise<void> {
  const before = await readDevelopmentAccess(dataDir)
  const known = before && key && before.client_id === key.client_id ? before.client_secret : null
  const access: DevelopmentAccess = {
    url,
    client_id: key?.client_id ?? null,
    client_secret: key?.client_secret ?? known,
  }
  await mkdir(dataDir, { recursive: true, mode: 0o711 })
  const draft = `${fileIn(dataDir)}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(access)}\n`, { mode: 0o600 })
  await rename(draft, fileIn(dataDir))
}

/** Null when no server was started on this data folder. */
export async function readDevelopmentAccess(dataDir: string): Promise<DevelopmentAccess | null> {
  try {
    return JSON.parse(await readFile(fileIn(dataDir), 'utf8'))
  } catch {
    return null
  }
}
