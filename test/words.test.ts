import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '../src/testing/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

/** The words of the glossary's table "Words to avoid". */
const WORDS = [
  ...read('docs/GLOSSARY.md')
    .split('## Words to avoid')[1]!
    .matchAll(/^\| (.+?) \|/gm),
]
  .flatMap(([, words]) => words!.split(', '))
  .filter((word) => /^[a-z ]+$/.test(word) && word !== 'instead of')

/** What is generated; migrations, which do not change any more; the lessons of the demo's painting course; the table itself. */
const EXCEPT = [
  '{web/api,src/client}/generated.ts',
  'src/platform/db/migrations/**',
  'src/demo/**',
  'docs/GLOSSARY.md',
]

const files = globSync(['{src,test,bench,web}/**/*.{ts,tsx,sql,md,liquid}', 'docs/**/*.md', '*.md'], {
  cwd: root,
  exclude: EXCEPT,
})

/** Whole words; not parts of names such as Kajabi's product type "Communities::Room". */
const pattern = new RegExp(`(?<![\\w:-])(${WORDS.join('|')})(?![\\w-])`, 'gi')

const wordsToAvoid = (text: string) => [...text.matchAll(pattern)].map(([word]) => word.toLowerCase())

test.each(files)('%s uses the words of the glossary', (file) => {
  expect(wordsToAvoid(read(file))).toEqual([])
})

test('the OpenAPI document uses the words of the glossary', async () => {
  const { body } = await h.client.get('/openapi.json')
  expect(body.openapi).toMatch(/^3/)
  expect(wordsToAvoid(JSON.stringify(body))).toEqual([])
})

test('planted fault: every word to avoid is found, and no part of another word', () => {
  expect(WORDS.length).toBeGreaterThan(40)
  for (const word of WORDS) expect(wordsToAvoid(`It is ${word}, perhaps.`)).toEqual([word])
  expect(wordsToAvoid('a bearer returns indoors; history')).toEqual([])
})
