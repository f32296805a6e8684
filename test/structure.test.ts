/** What keeps the rooms of the house apart, and the generated files true. */
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

/** The rooms that each room may know. Files beside the rooms (app, routes, …) tie them together. */
const MAY_KNOW: Record<string, string[]> = {
  jsonapi: ['db'],
  text: [],
  db: ['text'],
  clock: ['db', 'jobs'],
  events: ['db', 'jsonapi'],
  references: ['db'],
  jobs: ['db'],
  http: ['auth', 'db', 'jobs', 'jsonapi'],
  auth: ['clock', 'db', 'http', 'jsonapi', 'text'],
  accounts: ['auth', 'db', 'jsonapi', 'text'],
  sites: ['db', 'jsonapi', 'text'],
  products: ['jsonapi'],
  offers: ['auth', 'db', 'http', 'jsonapi'],
  contacts: ['auth', 'db', 'events', 'http', 'jsonapi', 'text'],
  customers: ['contacts', 'jsonapi'],
  grants: ['contacts', 'db', 'events', 'http', 'jsonapi', 'offers', 'text'],
  demo: [],
  doctor: [],
  webhooks: [
    'auth',
    'clock',
    'contacts',
    'customers',
    'db',
    'events',
    'grants',
    'http',
    'jsonapi',
    'offers',
    'references',
  ],
  automations: [
    'auth',
    'contacts',
    'db',
    'emails',
    'events',
    'grants',
    'http',
    'jsonapi',
    'references',
    'text',
    'webhooks',
  ],
  emails: ['auth', 'clock', 'customers', 'db', 'events', 'http', 'jsonapi', 'text'],
  members: ['auth', 'contacts', 'db', 'emails', 'events', 'http', 'jsonapi', 'text'],
}

const room = (file: string) => (file.includes('/') ? file.split('/')[0]! : null)

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  return [...text.matchAll(/from '(\.[^']+)'/g)].map(([, path]) =>
    relative(src, resolve(src, dirname(file), path!)),
  )
}

test.each(Object.keys(MAY_KNOW))('the room %s knows only the rooms below it', (name) => {
  const strangers = files
    .filter((file) => room(file) === name)
    .flatMap((file) => importsOf(file).map((imported) => ({ file, imported })))
    .filter(
      ({ imported }) =>
        room(imported) !== null && room(imported) !== name && !MAY_KNOW[name]!.includes(room(imported)!),
    )
  expect(strangers).toEqual([])
})

test('every room has its place in the order', () => {
  const rooms = new Set(files.map(room).filter((name) => name !== null && name !== 'cli'))
  expect([...rooms].sort()).toEqual(Object.keys(MAY_KNOW).sort())
})

test('only the configuration reads the environment', () => {
  const readers = files.filter((file) => readFileSync(join(src, file), 'utf8').includes('process.env'))
  expect(readers).toEqual(['config.ts'])
})

test('time comes from the clock: nothing else asks the system', () => {
  const askers = files
    .filter((file) => /Date\.now\(\)|new Date\(\)/.test(readFileSync(join(src, file), 'utf8')))
    // Starting a database takes real time, whatever the clock says.
    .filter((file) => !file.startsWith('db/embedded/'))
  expect(askers).toEqual(['clock/clock.ts'])
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
