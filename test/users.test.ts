/** Starts by root and by an ordinary user, with their data folders: PostgreSQL refuses to run as root. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, mkdir, readlink, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isControlDue } from './depth.ts'
import { bestowRunning, npmStart, ROOT, signIn, stop, temporaryFolder } from './processes.ts'

const isRoot = process.getuid?.() === 0
const id = (flag: string) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout)
const nobody = isRoot ? { uid: id('-u'), gid: id('-g') } : {}
const canNobodyRead =
  spawnSync('/bin/sh', ['-c', 'test -r "$0"', join(ROOT, 'package.json')], nobody).status === 0

test.runIf(isControlDue(0, 2))('an ordinary user can start the server', async (context) => {
  if (!isRoot) context.skip('the other tests run as an ordinary user already')
  if (!canNobodyRead) context.skip('the checkout is in a folder that only root can enter')
  const home = await temporaryFolder()
  await chown(home, nobody.uid!, nobody.gid!)
  const running = await npmStart(join(home, 'data'), { settings: { HOME: home }, options: nobody })
  expect((await (await signIn(running.ready)).createContact('ada@example.com')).status).toBe(201)
  expect(await stop(running)).toBe(0)
})

test.runIf(isControlDue(1, 2))(
  'root can start the server with a data folder that only root can access, and finds the data again',
  async (context) => {
    if (!isRoot) context.skip('only root can have such a folder')
    const secluded = await temporaryFolder(0o700)
    const dataDir = join(secluded, 'data')
    await mkdir(dataDir)
    const first = await npmStart(dataDir)
    const elsewhere = await readlink(join(dataDir, 'postgres'))
    try {
      expect((await (await signIn(first.ready)).createContact('ada@example.com')).status).toBe(201)
      expect(await stop(first)).toBe(0)
      expect(existsSync(join(elsewhere, 'postmaster.pid'))).toBe(false)

      const second = await bestowRunning(['start'], { settings: { DATA_DIR: dataDir, PORT: '0' } })
      const api = await signIn({ ...first.ready, ...second.ready })
      expect((await api.get('/v1/contacts?filter[email_eq]=ada@example.com')).body.data).toHaveLength(1)
      expect(await stop(second)).toBe(0)
    } finally {
      await rm(elsewhere, { recursive: true, force: true })
      await rm(`${elsewhere}.log`, { force: true })
    }
  },
)
