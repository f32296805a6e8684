/** bestow backup and bestow restore of the embedded database. */
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { bestowHere, bestowJsonHere } from './in-process.ts'
import { temporaryFolder } from './processes.ts'

test('everything is there again after a backup, the loss of the data folder and a restore', async () => {
  const folder = await temporaryFolder(0o711)
  const settings = { DATA_DIR: join(folder, 'data'), PORT: '0' }
  const json = (...args: string[]) => bestowJsonHere(args, settings)
  const backup = join(folder, 'backup')
  await json(
    'accounts',
    'create',
    '--name',
    'A',
    '--owner',
    'Jo',
    '--email',
    'jo@example.com',
    '--site',
    'A',
    '--subdomain',
    'a',
  )
  const file = join(folder, 'contacts.csv')
  await writeFile(file, 'Email,Name,Tags,Products,Song (custom_4)\nada@example.com,Ada,VIP,Clay,Hey\n')
  await json('import', 'contacts', file)
  const exported = (to: string) => json('export', join(folder, to), '--format', 'jsonl')
  const before = await contentsOf(await exported('before'))
  expect(await json('backup', backup)).toEqual({ folder: backup, parts: ['tables', 'secret.key'] })
  expect((await bestowHere(['backup', backup], settings)).stderr).toContain('exists')
  expect((await bestowHere(['restore', backup], settings)).stderr).toContain('There is an account')

  await rm(settings.DATA_DIR, { recursive: true })
  expect((await bestowHere(['restore', join(folder, 'before')], settings)).stderr).toContain('no backup')
  expect(await json('restore', backup)).toMatchObject({ parts: ['tables', 'secret.key'] })
  expect(await contentsOf(await exported('after'))).toEqual(before)
  expect(existsSync(join(settings.DATA_DIR, 'secret.key'))).toBe(true)
  expect((await bestowHere(['doctor'], settings)).code).toBe(0)
  // Sequences go on where they were.
  const made = await json('contacts', 'create', '--email', 'grace@example.com')
  expect((await json('contacts', 'find', 'ada@')).map(({ id }: { id: string }) => id)).not.toContain(made.id)
})

async function contentsOf(written: { file: string }[]): Promise<Record<string, string>> {
  return Object.fromEntries(
    await Promise.all(written.map(async ({ file }) => [basename(file), await readFile(file, 'utf8')])),
  )
}
