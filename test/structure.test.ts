/** The import rules of the source, which module names which table, and the generated files. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openDatabase } from '../src/platform/db/database.ts'
import { generateTypes, TYPES_FILE } from '../src/platform/db/generate-types.ts'
import { createDatabase } from '../src/testing/test-database.ts'
import { EXCEPTIONS, foreignTables, NAMED_BY_PARAMETER, TABLES } from './tables.ts'

const src = join(import.meta.dirname, '..', 'src')
const files = globSync('**/*.ts', { cwd: src }).filter((file) => !/\.test\.ts$|^testing\//.test(file))

/** Every folder and file of src/, from the bottom up: each may import itself and earlier ones. */
const LAYERS = [
  'client',
  'platform',
  'links',
  'people',
  'catalogue',
  'accounts',
  'grants',
  'sales',
  'payments',
  'emails',
  'webhooks',
  'forms',
  'automations',
  'bulk',
  'imports',
  'exports',
  'members',
  'portal',
  'developer-site',
  'mcp',
  'operations',
  'personal-data.ts',
  'merging.ts',
  'reactions.ts',
  'dry-runs',
  'background.ts',
  'worker',
  'demo',
  'test-controls',
  'resources.ts',
  'referrers.ts',
  'api.ts',
  'server',
  'test-kit',
  'cli',
]

/** The same within src/platform/. */
const PLATFORM_LAYERS = [
  'version.ts',
  'files',
  'config.ts',
  'text',
  'db',
  'clock',
  'jsonapi',
  'secrets',
  'host-addresses.ts',
  'mail-domains.ts',
  'mailer.ts',
  'metrics.ts',
  'personal-data.ts',
  'merging.ts',
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

test('every folder of src has a README: what belongs here, what to read first, what is easy to break', () => {
  const folders = LAYERS.filter((layer) => !layer.endsWith('.ts'))
  const without = [...folders, 'testing'].filter((folder) => !existsSync(join(src, folder, 'README.md')))
  expect(without).toEqual([])
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
    // Its scripts run in Postman.
    .filter((file) => file !== 'developer-site/postman-scripts.ts')
  expect(askers).toEqual(['platform/clock/clock.ts'])
})

describe('tables', () => {
  /** Migrations are of the whole database, and its types name it all. */
  const naming = globSync('**/*.{ts,sql}', { cwd: src }).filter(
    (file) => !/\.test\.ts$|^testing\/|^platform\/db\/(migrations\/|types\.ts)/.test(file),
  )
  const textOf = (file: string) => readFileSync(join(src, file), 'utf8')
  const violations = (exceptions?: typeof EXCEPTIONS) =>
    naming.flatMap((file) =>
      foreignTables(file, textOf(file), exceptions).map((table) => `${file} names ${table}`),
    )

  test('every table belongs to one module', () => {
    const [, interfaceOfAll = ''] = readFileSync(TYPES_FILE, 'utf8').split('export interface DB {')
    const tables = [...interfaceOfAll.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name!)
    expect(tables.length).toBeGreaterThan(30)
    expect(Object.values(TABLES).flat().sort()).toEqual(tables.sort())
    for (const folder of Object.keys(TABLES)) expect(existsSync(join(src, folder))).toBe(true)
  })

  test('only its own module names a table, and what is listed as an exception, with its reason', () => {
    expect(violations()).toEqual([])
  })

  test('every exception is needed', () => {
    const named = violations([])
    const unused = EXCEPTIONS.flatMap(({ in: place, tables }) =>
      (tables === 'all' ? [''] : tables)
        .filter((table) => !named.some((line) => line.startsWith(place) && line.endsWith(`names ${table}`)))
        .filter((table) => table !== '' || !named.some((line) => line.startsWith(place)))
        .map((table) => `${place} ${table}`),
    )
    expect(unused).toEqual([])
  })

  test('a table that is named by a parameter is named in the listed files alone', () => {
    expect(naming.filter((file) => textOf(file).includes('sql.table(')).sort()).toEqual(NAMED_BY_PARAMETER)
  })

  test.each([
    ['sql', 'sql`select id from hooks where true`'],
    ['sql', 'with due as (\n  update webhook_deliveries d set due_at = now()\n)'],
    ['sql', 'insert into taggings (contact_id)\n select id from offer_grants g join emails e on true'],
    ['a resource', 'defineResource({ from: sql`contacts r left join sites s on true` })'],
    [
      'Kysely',
      "db\n  .selectFrom('automation_runs as r')\n  .innerJoin('events as e', 'e.id', 'r.event_id')",
    ],
    ['Kysely', "tx.deleteFrom( 'customers' )"],
    ['a constant', "const swept = ['token_families']"],
  ])('planted fault: tables of other modules in %s are found: %s', (_where, text) => {
    expect(foreignTables('links/planted.ts', text)).not.toEqual([])
    expect(foreignTables('links/planted.ts', `/* ${text.replace('*/', '')} */`)).toEqual([])
  })
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
