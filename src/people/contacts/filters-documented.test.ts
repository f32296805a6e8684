import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RawNode, sql } from 'kysely'
import { expect, test } from 'vitest'
import { contactPredicates } from './contact-predicates.ts'
import { unknownPredicates } from './predicates/unknown-predicates.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/filters.md'), 'utf8')

const isKnown = (name: string) => !Object.hasOwn(unknownPredicates, name)

test('docs/filters.md lists every filter that the data answers, with its meaning, and no other', () => {
  const rows = [...page.matchAll(/^\| `(\w+)`( ×)? \| ([^|]*) \|$/gm)]
  const expected = Object.entries(contactPredicates)
    .filter(([name]) => isKnown(name))
    .map(([name, { description, extension }]) => [name, extension ? ' ×' : undefined, description])
  expect(rows.map(([, name, mark, meaning]) => [name, mark, meaning])).toEqual(expected)
})

test('docs/filters.md lists every filter about what does not exist, with whom it finds', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| ([^|]*) \| [^|]+ \|$/gm)]
  const expected = Object.keys(unknownPredicates).map((name) => [
    name,
    name === 'is_hidden'
      ? `\`true\`: ${found(name, 'true')}, \`false\`: ${found(name, 'false')}`
      : found(name, '5'),
  ])
  expect(rows.map(([, name, finds]) => [name, finds])).toEqual(expected)
})

function found(name: string, value: string): string {
  const scope = { siteIds: [], now: new Date(0), baseUrl: '' }
  const { where } = unknownPredicates[name]!.test(value, sql.ref, scope)
  const { sqlFragments } = where.toOperationNode() as RawNode
  return { true: 'everybody', false: 'nobody' }[sqlFragments.join('')] ?? 'somebody'
}
