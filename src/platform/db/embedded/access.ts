import { randomUUID } from 'node:crypto'
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { type Owner, uidOf } from './owner.ts'

const HEADER = '# Written by Bestow at each start.\n'

/** No TCP, no password, no trust: the operating system names the user at the other end of the socket. */
const RULES = `${HEADER}local all bestow peer map=bestow\n`

/** The user that Bestow runs as, and root. Not the user that root lends PostgreSQL: anything may run as that one. */
function userMap({ isBorrowed }: Owner): string {
  const names = isBorrowed ? [userInfo().username] : [userInfo().username, 'root']
  const lines = [...new Set(names)].map((name) => `bestow "${name.replaceAll('"', '""')}" bestow\n`)
  return HEADER + lines.join('')
}

/**
 * Lets only the users that run Bestow connect to the server of a cluster. Called at each start, so that it also
 * applies to a cluster that an earlier release made, which let every user in who could reach the socket.
 *
 * @returns whether a server that runs already has to read its rules again
 */
export async function restrictAccess(folder: string, owner: Owner): Promise<boolean> {
  // Beside another user's server only that user's rules are right.
  if ((await stat(folder)).uid !== uidOf(owner)) return false
  const files = { 'pg_hba.conf': RULES, 'pg_ident.conf': userMap(owner) }
  const replaced = await Promise.all(
    Object.entries(files).map(([name, text]) => replaceFile(join(folder, name), text, owner)),
  )
  return replaced.includes(true)
}

/** Written aside and renamed: a server that reads it meanwhile finds the old one or the new one. */
async function replaceFile(file: string, text: string, owner: Owner): Promise<boolean> {
  if ((await readFile(file, 'utf8').catch(() => null)) === text) return false
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, text, { mode: 0o600 })
  await owner.take(draft)
  await rename(draft, file)
  return true
}
