import type { Readable } from 'node:stream'

/** Where the contents of files are kept, each under a key: in a folder, or in a store that speaks the API of S3. */
export interface FileStore {
  /** Keeps a content whole, or nothing of it. @throws what the stream throws */
  put: (key: string, content: Readable) => Promise<void>
  /** Bytes; null when there is none. */
  sizeOf: (key: string) => Promise<number | null>
  /** @throws Error when there is none */
  read: (key: string) => Promise<Readable>
  /** Does nothing when there is none. */
  remove: (key: string) => Promise<void>
  /** What the store itself serves, for a while, to everybody who has this address; null: it serves nothing. */
  addressOf: ((key: string, served: ServedAs) => Promise<string>) | null
  /** Of a folder: the path of the file, to serve parts of it. */
  pathOf: ((key: string) => string) | null
}

export interface ServedAs {
  contentType: string
  /** A Content-Disposition header. */
  disposition: string
}
