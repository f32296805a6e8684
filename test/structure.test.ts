/** The import rules of the source, and the generated files. */
import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../src/platform/db/database.ts'
import { generateTypes, TYPES_FILE } from '../src/platform/db/generate-types.ts'
import { createDatabase } from '../src/testing/harness.ts'

const src = join(import.meta.dirname, '..', 'src')
const files = globSync('**/*.ts', { cwd: src }).filter((file) => !/\.test\.ts$|^testing\//.test(file))

/** Every folder and file of src/, from the bottom up: each may import itself and earlier ones. */
const LAYERS = [
  'platform',
  'links',
  'people',
  'catalogue',
  'accounts',
  'grants',
  'emails',
  'webhooks',
  'automations',
  'members',
  'operations',
  'personal-data.ts',
  'reactions.ts',
  'background.ts',
  'worker',
  'demo',
  'resources.ts',
  'api.ts',
  'server',
  'cli',
]

/** The same within src/platform/. */
const PLATFORM_LAYERS = [
  'version.ts',
  'config.ts',
  'text',
  'db',
  'clock',
  'jsonapi',
  'secrets',
  'mailer.ts',
  'metrics.ts',
  'personal-data.ts',
  'auth',
  'queue',
  'events',
  'references',
  'records',
  'http',
]
/** Every layer uses App; its file contains types only. */
const EVERYWHERE = 'platform/app.ts'

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  return [...text.matchAll(/from '(\.[^']+)'/g)].map(([, path]) =>
    relative(src, resolve(src, dirname(file), path!)),
  )
}

/** @param depth number of folders above the layers */
const layerOf = (file: string, depth: number) => file.split('/')[depth]!

function upwardImports(within: string[], layers: string[], depth: number): string[] {
  const level = (file: string) => layers.indexOf(layerOf(file, depth))
  return within.flatMap((file) =>
    importsOf(file)
      .filter(
        (imported) => imported !== EVERYWHERE && within.includes(imported) && level(imported) > level(file),
      )
      .map((imported) => `${file} imports ${imported}`),
  )
}

const platform = files.filter((file) => file.startsWith('platform/') && file !== EVERYWHERE)

test('every file and folder of src has its layer', () => {
  expect([...new Set(files.map((file) => layerOf(file, 0)))].sort()).toEqual([...LAYERS].sort())
  expect([...new Set(platform.map((file) => layerOf(file, 1)))].sort()).toEqual([...PLATFORM_LAYERS].sort())
})

test('no file imports from a layer above its own', () => {
  expect(upwardImports(files, LAYERS, 0)).toEqual([])
  expect(upwardImports(platform, PLATFORM_LAYERS, 1)).toEqual([])
})

test('an upward import would be found', () => {
  const upsideDown = LAYERS.toReversed()
  expect(upwardImports(files, upsideDown, 0)).toContain(
    'grants/change-offers.ts imports platform/db/batches.ts',
  )
})

test('app.ts holds types only', () => {
  const imports = readFileSync(join(src, EVERYWHERE), 'utf8').match(/^import .*$/gm)!
  expect(imports.filter((line) => !line.startsWith('import type'))).toEqual([])
})

test('only the configuration reads the environment', () => {
  const readers = files.filter((file) => readFileSync(join(src, file), 'utf8').includes('process.env'))
  expect(readers).toEqual(['platform/config.ts'])
})

test('only the clock reads the system time', () => {
  const askers = files
    .filter((file) => /Date\.now\(\)|new Date\(\)/.test(readFileSync(join(src, file), 'utf8')))
    // Starting a database takes real time, whatever the application's clock.
    .filter((file) => !file.startsWith('platform/db/embedded/'))
  expect(askers).toEqual(['platform/clock/clock.ts'])
})

test('the types of the database are those of its schema', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bestow-types-'))
  const database = openDatabase(await createDatabase(), { size: 2, name: 'types' })
  const fresh = join(folder, 'types.ts')
  await generateTypes(database.kysely, fresh)
  await database.close()
  expect(await readFile(fresh, 'utf8')).toBe(await readFile(TYPES_FILE, 'utf8'))
  await rm(folder, { recursive: true })
})
