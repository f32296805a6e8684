/**
 * The steps of the Dockerfile without a container runtime: what its last stage consists of is put together by its own
 * commands, and runs in an empty root, as its user.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DockerfileParser } from 'dockerfile-ast'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Connection } from '../src/platform/db/database.ts'
import { startProxy } from '../src/testing/proxy.ts'
import { createDatabase } from '../src/testing/test-database.ts'
import { begin, finish, launch, npmEnvironment, ROOT, signalGroup, temporaryFolder } from './processes.ts'

const NODE = join(ROOT, 'node_modules', 'node', 'bin', 'node')
const USER = 10_001

const CHROOT = '/usr/sbin/chroot'
const isPossible = process.platform === 'linux' && process.getuid?.() === 0 && existsSync(CHROOT)

/** Tests of the image, for a file that has built dist/. They need root and Linux. */
export const testImage = () =>
  describe.runIf(isPossible)('the image', () => {
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
    const instructions = DockerfileParser.parse(dockerfile).getInstructions()
    const lastOf = (keyword: string) =>
      instructions.findLast((instruction) => instruction.getKeyword() === keyword)!.getArgumentsContent()!
    const settings = Object.fromEntries(
      lastOf('ENV')
        .split(' ')
        .map((pair) => pair.split('=')),
    )

    let image: string

    beforeAll(async () => {
      // Others may enter: the user of the image is another one.
      image = await temporaryFolder(0o755)
      const modules = await temporaryFolder(0o755)
      install(modules)
      for (const { from, files, to } of copies())
        for (const file of files)
          copy(from === 'modules' ? file.replace('/app', modules) : file.replace('/src', ROOT), to)
      copyNode()
      for (const folder of ['tmp', 'data']) mkdirSync(join(image, folder), { recursive: true })
      execFileSync('chown', [`${USER}:${USER}`, join(image, 'data'), join(image, 'tmp')])
    }, 900_000)

    /** The command of the stage `modules`. That of `build` has run: npm does the same before it packs. */
    function install(modules: string): void {
      const command = instructions
        .filter((instruction) => instruction.getKeyword() === 'RUN')
        .map((instruction) => instruction.getArgumentsContent()!)
        .find((text) => text.includes('--omit=dev'))!
      for (const file of ['package.json', 'package-lock.json', '.npmrc'])
        cpSync(join(ROOT, file), join(modules, file))
      execFileSync('sh', ['-c', `${command} --prefer-offline`], {
        cwd: modules,
        env: npmEnvironment(),
        stdio: 'pipe',
      })
    }

    /** What the last stage copies. */
    const copies = () =>
      [...dockerfile.matchAll(/^COPY --from=(\w+) (.+) (\S+)$/gm)].map(([, from, files, to]) => ({
        from: from!,
        files: files!.split(' '),
        to: to!,
      }))

    function copy(source: string, to: string): void {
      const target = join(image, 'app', to)
      cpSync(source, to.endsWith('/') ? join(target, basename(source)) : target, { recursive: true })
    }

    /** Node, and the libraries of the system that it needs. */
    function copyNode(): void {
      const libraries = execFileSync('ldd', [NODE], { encoding: 'utf8' }).matchAll(/(\/\S+\.so\S*)/g)
      for (const [, file] of libraries) {
        mkdirSync(join(image, dirname(file!)), { recursive: true })
        cpSync(realpathSync(file!), join(image, file!))
      }
      mkdirSync(join(image, 'usr/local/bin'), { recursive: true })
      cpSync(NODE, join(image, 'usr/local/bin/node'))
    }

    /** Arguments of chroot for a command in the image. */
    const inImage = (command: string[]) => [
      `--userspec=${USER}:${USER}`,
      image,
      ...command.map((word, index) => (index === 0 ? `/usr/local/bin/${word}` : word)),
    ]

    test('runs its program as its user', () => {
      const { stdout, stderr } = spawnSync(
        CHROOT,
        inImage([...JSON.parse(lastOf('ENTRYPOINT')), '--version']),
        {
          encoding: 'utf8',
          env: settings,
        },
      )
      expect([stdout, stderr]).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+\n$/), ''])
    })

    test('serves, and its health check says so', async () => {
      const proxy = await startProxy(await createDatabase())
      const { host, port, user, database } = proxy.connection as Exclude<Connection, string>
      const running = await launch(
        CHROOT,
        inImage([...JSON.parse(lastOf('ENTRYPOINT')), ...JSON.parse(lastOf('CMD')), '--json']),
        {
          settings: {
            ...settings,
            PORT: '23871',
            DATABASE_URL: `postgres://${user}@${host}:${port}/${database}`,
            SECRET_KEY: 'a key that is only good for these tests',
            PUBLIC_URL: 'https://members.example.com',
          },
        },
      )
      const check = JSON.parse(/CMD (\[.*\])$/s.exec(lastOf('HEALTHCHECK'))![1]!) as string[]
      // Not spawnSync(): the proxy to the database is in this process.
      const healthy = (port: string) =>
        finish(begin(CHROOT, inImage(check.map((word) => word.replace(':3000', `:${port}`))), { settings }))
      expect((await healthy('23871')).code).toBe(0)
      expect((await healthy('23872')).code).toBe(1)
      signalGroup(running.child, 'SIGTERM')
      expect(await running.exited).toBe(0)
      expect(running.stderr()).toBe('')
      await proxy.cut()
    })
  })
