#!/usr/bin/env node
// Makes a fresh clone runnable, then runs the given script, if any, on the project's own Node.
// Usage: node bin/setup.js [script] [arguments]. Plain JavaScript that an old Node can run.
import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPortal } from './build-portal.js'
import { installPackages } from './install-packages.js'
import { runOnProjectNode } from './project-node.js'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const [script, ...args] = process.argv.slice(2)

if (isStale()) await installPackages(root)
// The only command that people start to look at the portal.
if (script?.endsWith('bestow.js') && args[0] === 'start') buildPortal(root)
if (script) await runOnProjectNode(root, resolve(root, script), args)

/** Whether the packages are missing or older than the lock file. */
function isStale() {
  // npm writes this file at the very end of an installation, so an interrupted one counts as missing.
  const installed = join(root, 'node_modules', '.package-lock.json')
  const locked = join(root, 'package-lock.json')
  return !existsSync(installed) || statSync(installed).mtimeMs < statSync(locked).mtimeMs
}
