/** Builds the portal into dist/web, with compressed variants of its files. Usage: node web/build.ts */
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build } from 'vite'
import { generateClient } from '../bin/generate-client.ts'

const OUTPUT = join(import.meta.dirname, '../dist/web')

/** Generates the client, bundles and compresses into a folder of its own, which then takes the place of the last build. */
async function buildPortal(): Promise<void> {
  // Otherwise a NODE_ENV of the shell or of a test runner would put the development version of React into it.
  process.env.NODE_ENV = 'production'
  const fresh = `${OUTPUT}-${process.pid}`
  await generateClient(join(import.meta.dirname, 'api'))
  await build({
    configFile: join(import.meta.dirname, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: fresh, emptyOutDir: true },
  })
  const files = await readdir(fresh, { recursive: true, withFileTypes: true })
  await Promise.all(
    files
      .filter((file) => file.isFile() && /\.(js|css)$/.test(file.name))
      .map((file) => compress(join(file.parentPath, file.name))),
  )
  await rm(OUTPUT, { recursive: true, force: true })
  await rename(fresh, OUTPUT)
}

async function compress(path: string): Promise<void> {
  const content = await readFile(path)
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 }
  await writeFile(`${path}.br`, await promisify(brotliCompress)(content, { params }))
  await writeFile(`${path}.gz`, await promisify(gzip)(content))
}

if (import.meta.main) await buildPortal()
