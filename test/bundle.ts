/**
 * The program as one bundle. A process that runs it starts in half the time of one that runs the sources, which loads
 * 1,800 modules: for tests that start many. Others run `npm start` and `bin/bestow.js`, as users do.
 */
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Plugin, rolldown } from 'rolldown'

const ROOT = join(import.meta.dirname, '..')
const CACHE = join(ROOT, 'node_modules', '.cache', 'bestow-bundle')

let making: Promise<string> | undefined

/** Path of the bundled command line, which is made again when the sources have changed. */
export function bundledProgram(): Promise<string> {
  making ??= make()
  return making
}

/** Bundles the command line of a copy of the sources into a folder. @returns its path */
export async function bundle(root: string, folder: string): Promise<string> {
  const made = await rolldown({
    input: join(root, 'src', 'cli', 'main.ts'),
    platform: 'node',
    logLevel: 'silent',
    plugins: [ownLocations],
  })
  await made.write({ dir: folder, entryFileNames: 'program.mjs', chunkFileNames: '[name]-[hash].mjs' })
  await made.close()
  await writeFile(join(folder, 'main.mjs'), MAIN)
  return join(folder, 'main.mjs')
}

/** Compiled code is kept beside it, as `npm start` keeps its own. */
const MAIN = `import { enableCompileCache } from 'node:module'
enableCompileCache(import.meta.dirname + '/compiled')
await import('./program.mjs')
`

async function make(): Promise<string> {
  const name = hashOfSources()
  const folder = join(CACHE, name)
  const program = join(folder, 'main.mjs')
  if (existsSync(program)) return program
  const draft = `${folder}.${process.pid}`
  await bundle(ROOT, draft)
  await rename(draft, folder).catch((error) => {
    // Another test was faster.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
  await rm(draft, { recursive: true, force: true })
  for (const other of await readdir(CACHE))
    if (!other.startsWith(name)) await rm(join(CACHE, other), { recursive: true, force: true })
  return program
}

function hashOfSources(): string {
  const hash = createHash('sha256')
  for (const file of ['package-lock.json', ...globSync('src/**/*.ts', { cwd: ROOT }).sort()])
    hash.update(file).update(readFileSync(join(ROOT, file)))
  return hash.digest('hex').slice(0, 16)
}

/** A module that reads a file beside it finds it where the module was. */
const ownLocations: Plugin = {
  name: 'own-locations',
  transform(code, id) {
    if (id.startsWith('\0') || !code.includes('import.meta.')) return null
    return code
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(id)))
      .replaceAll('import.meta.filename', JSON.stringify(id))
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
  },
}
