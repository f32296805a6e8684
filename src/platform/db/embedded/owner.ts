import { type SpawnOptions, spawnSync } from 'node:child_process'
import { chown } from 'node:fs/promises'

/**
 * The user that PostgreSQL runs as: it refuses to run as root, so root lends it an unprivileged one.
 */
export interface Owner {
  /** To be spread into the options of a spawned process. */
  identity: Pick<SpawnOptions, 'uid' | 'gid'>
  isBorrowed: boolean
  canExecute: (file: string) => boolean
  canEnter: (folder: string) => boolean
  /** Hands a file or folder that we made over to this user. */
  take: (path: string) => Promise<void>
}

export function findOwner(): Owner {
  const isRoot = process.getuid?.() === 0
  const identity: Owner['identity'] = isRoot ? unprivilegedUser() : {}
  const can = (test: string, path: string) =>
    spawnSync('/bin/sh', ['-c', `test ${test} "$0"`, path], { ...identity, cwd: '/' }).status === 0
  return {
    identity,
    isBorrowed: isRoot,
    canExecute: (file) => can('-x', file),
    canEnter: (folder) => can('-x', folder),
    take: (path) => (isRoot ? chown(path, identity.uid!, identity.gid!) : Promise.resolve()),
  }
}

/** `nobody` exists on every Unix; its number differs, so the system is asked. */
function unprivilegedUser(): { uid: number; gid: number } {
  const id = (flag: string) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout.trim())
  const [uid, gid] = [id('-u'), id('-g')]
  if (!uid || !gid) {
    throw new Error(
      'PostgreSQL refuses to run as root, and there is no user "nobody" to run it as. Start as an ordinary user, or set DATABASE_URL.',
    )
  }
  return { uid, gid }
}

/** The number of the user that PostgreSQL runs as. */
export const uidOf = ({ identity }: Owner): number | undefined => identity.uid ?? process.getuid?.()
