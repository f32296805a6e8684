/** The package as its users get it: packed, installed into an empty folder, started. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { chmod, cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { beforeAll, expect, test } from 'vitest'
import { isControlDue } from './depth.ts'
import { testImage } from './image.ts'
import {
  begin,
  type Environment,
  finish,
  launch,
  NODE_FOLDER,
  npmEnvironment,
  ROOT,
  signIn,
  stop,
  temporaryFolder,
  until,
} from './processes.ts'

const MEGABYTE = 1_000_000
/** Every third day in `npm test`: packing and installing takes a minute. */
const isDue = isControlDue(1, 3)
/** To build, pack and install, on a machine that is busy with other things. */
const LIMIT_MS = 900_000

interface Packed {
  filename: string
  size: number
  unpackedSize: number
  files: { path: string }[]
}

let project: string
let packed: Packed
let installed: string

/** An ordinary user, also when root runs the tests; npm itself runs as root then, which has its cache. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
const settings = (more: Environment = {}): Environment => ({
  PATH: `${NODE_FOLDER}:${process.env.PATH}`,
  HOME: project,
  PORT: '0',
  ...more,
})

beforeAll(async () => {
  project = await temporaryFolder()
  // The scripts that npm runs to pack are part of what is tested.
  packed = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', project], ROOT)
      .split(/^(?=\[)/m)
      .at(-1)!,
  )[0]
  const options = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  run('npm', ['install', packed.filename, ...options], project)
  installed = join(project, 'node_modules', 'bestow')
  if (nobody.uid) run('chown', ['-R', `${nobody.uid}:${nobody.gid}`, project], ROOT)
}, LIMIT_MS)

const run = (command: string, args: string[], cwd: string): string =>
  execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: npmEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })

test.runIf(isDue)('the package keeps its budget of size', () => {
  expect(packed.size).toBeLessThan(3 * MEGABYTE)
  expect(packed.unpackedSize).toBeLessThan(12 * MEGABYTE)
  const sizes = globSync('node_modules/**', { cwd: project, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => statSync(join(file.parentPath, file.name)).size)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(175 * MEGABYTE)
})

test.runIf(isDue)('the package has the server, the portal, and no sources or tests', () => {
  const paths = packed.files.map(({ path }) => path)
  for (const needed of [
    'bin/bestow.js',
    'dist/cli/main.js',
    'dist/openapi.json',
    'dist/postman_collection.json',
    'dist/client/index.js',
    'dist/client/index.cjs',
    'dist/client/index.d.ts',
    'dist/test-kit/host.js',
    'dist/test-kit/index.cjs',
    'dist/test-kit/index.d.ts',
    'dist/web/index.html',
    'dist/platform/db/migrations/0001_accounts.sql',
    'LICENSE',
    'README.md',
  ])
    expect(paths).toContain(needed)
  expect(paths.filter((path) => /(?<!\.d)\.tsx?$|\.test\.|^(src|web|test)\//.test(path))).toEqual([])
})

test.runIf(isDue)('it is described as registries and tools expect', async () => {
  const { messages, pkg } = await publint({
    pkgDir: installed,
    level: 'suggestion',
    strict: true,
    pack: false,
  })
  // The address of the repository is set by the workflow that publishes.
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
  const openapi = JSON.parse(readFileSync(join(installed, 'dist/openapi.json'), 'utf8'))
  expect(Object.keys(openapi.paths).length).toBeGreaterThan(100)
})

test.runIf(isDue)('npx bestow start works as an ordinary user, without a clone or build tools', async () => {
  const running = await launch('npx', ['--no', '--', 'bestow', 'start', '--json'], {
    settings: settings(),
    options: { cwd: project, ...nobody },
  })
  expect(running.ready).toMatchObject({ data_dir: join(project, 'data'), client_secret: expect.any(String) })
  const api = await signIn(running.ready)
  const made = await api.createContact('ada@example.com')
  expect((await api.grant(made.body.data.id)).status).toBe(200)
  const portal = await fetch(running.ready.portal_url!)
  expect([portal.status, await portal.text()]).toEqual([200, expect.stringContaining('<script')])
  const site = await fetch(`${running.ready.url}/docs/guides/production`)
  expect([site.status, await site.text()]).toEqual([200, expect.stringContaining('Backup and restore')])
  const members = await fetch(`${running.ready.url}/s/northlight/`)
  expect(members.status).toBe(200)
  // npx ends at once, by the signal; the server, in its own time.
  await stop(running)
  await until(() => running.stderr().endsWith('Stopped.\n'))
  expect(running.stderr()).toMatch(/^(npm .*\n)*Stopping: .*\nStopped\.\n$/)
})

test.runIf(isDue)('its types need neither those of Node nor skipLibCheck', async () => {
  const folder = join(project, 'types')
  await mkdir(folder)
  await writeFile(
    join(folder, 'index.mts'),
    `import { createClient, flatten } from 'bestow/client'
     import { startBestow } from 'bestow/testing'
     await using kajabi = await startBestow({ now: new Date() })
     const api = createClient({ baseUrl: kajabi.baseUrl, getToken: () => 'token' })
     const contact = flatten(await api.getContact('1', { include: 'tags' }), 'tags')
     export const email: string | undefined = contact.email
     // @ts-expect-error
     export const wrong: number = contact.email`,
  )
  const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, noEmit: true, types: [] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc')
  const { stdout } = spawnSync(tsc, ['-p', folder], { encoding: 'utf8', env: npmEnvironment() })
  expect(stdout).toBe('')
})

test.runIf(isDue)('the example compiles with the types of the package, and its tests pass', async () => {
  const example = join(project, 'enrolment')
  await cp(join(ROOT, 'examples', 'enrolment'), example, { recursive: true })
  await symlink(join(ROOT, 'node_modules', '@types'), join(project, 'node_modules', '@types'))
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc')
  const types = spawnSync(tsc, ['-p', example], { encoding: 'utf8', env: npmEnvironment() })
  expect([types.stdout, types.status]).toEqual(['', 0])
  if (nobody.uid) run('chown', ['-R', `${nobody.uid}:${nobody.gid}`, example], ROOT)
  const own = { settings: settings(), options: { cwd: example, ...nobody } }
  const tests = await finish(begin('npm', ['test', '--silent'], own))
  expect([tests.code, tests.stdout]).toEqual([0, expect.stringContaining('fail 0')])
  const byRequire = `const { startBestow } = require('bestow/testing')
    const { BestowError } = require('bestow/client')
    startBestow().then(async (kajabi) => {
      console.log((await kajabi.contact()).id)
      await kajabi.client().getContact('999').catch((error) => console.log(error instanceof BestowError))
      await kajabi.close()
    })`
  // As in jest, where `require` loads no modules of the other kind.
  const asInJest = ['--no-experimental-require-module', '--input-type=commonjs', '-e', byRequire]
  const required = await finish(begin('node', asInJest, own))
  expect([required.code, required.stdout]).toEqual([0, '1\ntrue\n'])
  const { pid } = JSON.parse(
    readFileSync(join(example, 'node_modules', '.cache', 'bestow', 'host.json'), 'utf8'),
  )
  process.kill(pid, 'SIGTERM')
  await until(() => !existsSync(`/proc/${pid}`))
})

test.runIf(isDue && isControlDue(3, 7))('the oldest Node that package.json names runs it', async () => {
  const folder = await temporaryFolder()
  await chmod(folder, 0o755)
  const runtime = `node-${process.platform}-${process.arch}@22.19.0`
  run('npm', ['install', runtime, '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], folder)
  const node = globSync('node_modules/node-*/bin/node', { cwd: folder })[0]!
  expect(spawnSync(join(folder, node), ['--version'], { encoding: 'utf8' }).stdout).toBe('v22.19.0\n')
  const begun = begin(join(folder, node), [join(installed, 'bin', 'bestow.js'), 'migrate', '--json'], {
    settings: settings({ DATA_DIR: join(project, 'data-22') }),
    options: { cwd: project, ...nobody },
  })
  const { code, stdout } = await finish(begun)
  expect([code, JSON.parse(stdout).migrated.length]).toEqual([0, expect.any(Number)])
})

if (isControlDue(2, 7)) testImage()
