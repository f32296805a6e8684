import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { routes } from '../src/api.ts'
import { permissionsOf } from '../src/platform/auth/permissions.ts'
import { settings } from '../src/platform/config.ts'
import { resources } from '../src/resources.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const pages = globSync(['*.md', 'docs/**/*.md', 'src/**/*.md'], { cwd: root })

test('docs/settings.md lists every setting with its default and meaning, and no other', () => {
  const rows = [...read('docs/settings.md').matchAll(/^\| `([A-Z_]+)` \| (.*?) \| (.*) \|$/gm)]
  const expected = Object.entries(settings).map(([name, { default: fallback, meaning }]) => [
    name,
    fallback === null ? '' : `\`${fallback}\``,
    meaning,
  ])
  expect(rows.map(([, name, fallback, meaning]) => [name, fallback, meaning])).toEqual(expected)
})

test.each(pages)('every link in %s leads somewhere', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link!)
  const broken = links.filter((link) => !existsSync(join(root, dirname(page), link)))
  expect(broken).toEqual([])
})

test('the decisions are all in their index', () => {
  const listed = [...read('docs/decisions/README.md').matchAll(/\((\d{4}-[^)]+)\)/g)].map(([, file]) => file)
  expect(listed).toEqual(globSync('[0-9]*.md', { cwd: join(root, 'docs/decisions') }).sort())
})

test('the permissions are exactly those that routes need', () => {
  const needed = new Set(
    routes
      .flatMap(({ access, extraPermissions = [] }) => [access, ...extraPermissions])
      .filter((access) => access !== 'public' && access !== 'token'),
  )
  expect([...needed].sort()).toEqual(permissionsOf(resources).sort())
})
