import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RawNode, sql } from 'kysely'
import { expect, test } from 'vitest'
import { contactFilters } from './contact-filters.ts'
import { SEGMENT_FILTERS } from './filters/segment-filters.ts'
import { unknownFilters } from './filters/unknown-filters.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/filters.md'), 'utf8')

const isKnown = (name: string) => !Object.hasOwn(unknownFilters, name)

test('docs/filters.md lists every filter of recorded data, with its meaning, and no other', () => {
  const rows = [...page.matchAll(/^\| `([a-z]\w*)`( ×)? \| ([^|]*) \|$/gm)]
  const expected = Object.entries({ ...SEGMENT_FILTERS, ...contactFilters })
    .filter(([name]) => isKnown(name))
    .map(([name, { description, extension }]) => [name, extension ? ' ×' : undefined, description])
  expect(rows.map(([, name, mark, meaning]) => [name, mark, meaning])).toEqual(expected)
})

test('docs/filters.md lists every filter of data that is not recorded, with the contacts that it matches', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| ([^|]*) \| [^|]+ \|$/gm)]
  const expected = Object.keys(unknownFilters).map((name) => [
    name,
    name === 'is_hidden'
      ? `\`true\`: ${found(name, 'true')}, \`false\`: ${found(name, 'false')}`
      : found(name, '5'),
  ])
  expect(rows.map(([, name, finds]) => [name, finds])).toEqual(expected)
})

function found(name: string, value: string): string {
  const scope = { siteIds: [], now: new Date(0), baseUrl: '' }
  const { where } = unknownFilters[name]!.build(value, sql.ref, scope)
  const { sqlFragments } = where.toOperationNode() as RawNode
  return { true: 'everybody', false: 'nobody' }[sqlFragments.join('')] ?? 'somebody'
}
