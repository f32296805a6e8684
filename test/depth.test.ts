import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { FILES_OF_SOME_DAY, filesLeftOut, TRIALS_BY_DAY } from './depth.ts'

const FOLDER = join(import.meta.dirname, 'reliability')

test('every trial runs on one of seven days, and the documentation says which', () => {
  const files = globSync('*.test.ts', { cwd: FOLDER }).filter((file) => file !== 'planted-faults.test.ts')
  const names = files.map((file) => basename(file, '.test.ts')).sort()
  expect(TRIALS_BY_DAY.flat().sort()).toEqual(names)
  for (const name of names)
    expect(readFileSync(join(FOLDER, `${name}.test.ts`), 'utf8')).toContain(`isTrialDue('${name}')`)
  const docs = readFileSync(join(import.meta.dirname, '../docs/reliability.md'), 'utf8')
  for (const day of TRIALS_BY_DAY) expect(docs).toContain(day.map((name) => `\`${name}\``).join(' and '))
})

test('files that run on some days exist, and each runs on one of seven days', () => {
  const root = join(import.meta.dirname, '..')
  expect(FILES_OF_SOME_DAY.filter((file) => !existsSync(join(root, file)))).toEqual([])
  const left = filesLeftOut()
  if (process.env.TEST_DEPTH === 'full') return expect(left).toEqual([])
  expect(new Set(FILES_OF_SOME_DAY).size).toBe(FILES_OF_SOME_DAY.length)
  expect(left.length).toBeGreaterThan((FILES_OF_SOME_DAY.length * 4) / 5)
  expect(left.length).toBeLessThan(FILES_OF_SOME_DAY.length)
})
