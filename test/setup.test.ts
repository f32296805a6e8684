import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, utimes, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { cleanEnvironment, ROOT, temporaryFolder } from './processes.ts'

/** Stands in for npm: notes how it was called, and installs what a real one installs last. */
const NPM = `#!/bin/sh
echo "$@" > called
echo noise
[ -e broken ] && exit 7
mkdir -p node_modules && touch node_modules/.package-lock.json
`

let checkout: string

beforeEach(async () => {
  checkout = await temporaryFolder()
  await mkdir(join(checkout, 'bin'))
  for (const file of ['setup.js', 'project-node.js'])
    await copyFile(join(ROOT, 'bin', file), join(checkout, 'bin', file))
  await writeFile(join(checkout, 'bin', 'npm'), NPM, { mode: 0o755 })
  await writeFile(join(checkout, 'package.json'), '{"type":"module"}')
  await writeFile(join(checkout, 'package-lock.json'), '{}')
  await writeFile(join(checkout, 'script.js'), 'console.log("ran with", ...process.argv.slice(2))')
})

const setUp = (settings = {}) => {
  const PATH = [join(checkout, 'bin'), process.env.PATH].join(delimiter)
  return spawnSync(process.execPath, ['bin/setup.js', 'script.js', '--json', 'x'], {
    cwd: checkout,
    encoding: 'utf8',
    env: cleanEnvironment({ PATH, ...settings }),
  })
}

const hasInstalled = () => existsSync(join(checkout, 'called'))

async function pretendInstalled(at: Date): Promise<void> {
  await mkdir(join(checkout, 'node_modules'))
  const marker = join(checkout, 'node_modules', '.package-lock.json')
  await writeFile(marker, '{}')
  await utimes(marker, at, at)
}

test('a fresh clone installs its packages, then runs the script; standard output is the script’s alone', () => {
  const { status, stdout } = setUp()
  expect(hasInstalled()).toBe(true)
  expect([status, stdout]).toEqual([0, 'ran with --json x\n'])
})

test('packages that are younger than the lock file are not installed again', async () => {
  await pretendInstalled(new Date(Date.now() + 5_000))
  const { stdout, stderr } = setUp()
  expect(hasInstalled()).toBe(false)
  expect([stdout, stderr]).toEqual(['ran with --json x\n', ''])
})

test('packages that are older than the lock file are installed anew', async () => {
  await pretendInstalled(new Date(Date.now() - 60_000))
  setUp()
  expect(hasInstalled()).toBe(true)
})

test('an installation that was broken off is done again', async () => {
  await mkdir(join(checkout, 'node_modules'))
  setUp()
  expect(hasInstalled()).toBe(true)
})

test('when the installation fails, so does the start, and the script does not run', async () => {
  await writeFile(join(checkout, 'broken'), '')
  const { status, stdout, stderr } = setUp()
  expect([status, stdout]).toEqual([7, ''])
  expect(stderr).toMatch(/could not be installed/)
})

test('without npm the reason is named', () => {
  const { status, stderr } = setUp({ PATH: '/nonexistent' })
  expect(status).toBe(1)
  expect(stderr).toMatch(/could not be installed: .*npm ENOENT/)
})
