#!/usr/bin/env node
// Makes a fresh clone runnable, then runs the given script on the project's own Node.
// Usage: node bin/setup.js <script> [arguments]. Plain JavaScript that an old Node can run.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runOnProjectNode } from './project-node.js'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const [script, ...args] = process.argv.slice(2)

// Not `npm ci`: it refuses a lock file that lacks an optional package for some other platform.
// NODE_ENV=production, or a setting of the user, would leave out the runtime and the database.
const INSTALL =
  'install --no-save --include=dev --include=optional --no-audit --no-fund --loglevel=error'.split(' ')

installWhenStale()
await runOnProjectNode(root, resolve(root, script), args)

/** Installs the locked packages when they are missing or older than the lock file. */
function installWhenStale() {
  // npm writes this file at the very end of an installation, so a broken-off one counts as missing.
  const installed = join(root, 'node_modules', '.package-lock.json')
  const locked = join(root, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(locked).mtimeMs) return
  process.stderr.write('Installing the locked packages, this happens once …\n')
  // Output goes to standard error: standard output belongs to the script that runs afterwards.
  const npm = spawnSync('npm', INSTALL, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0) {
    const reason = npm.error ? npm.error.message : 'the reason stands above'
    process.stderr.write(`The packages could not be installed: ${reason}.\n`)
    process.exit(npm.status ?? 1)
  }
}
