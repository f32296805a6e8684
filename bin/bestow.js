#!/usr/bin/env -S node --max-semi-space-size=8
// The command line. In a clone it runs the sources; in the published package, what was built from them.
// Node would let garbage grow to 130 MB before it looks for it the first time.
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runOnProjectNode } from './project-node.js'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const source = join(root, 'src', 'cli', 'main.ts')
const built = join(root, 'dist', 'cli', 'main.js')
await runOnProjectNode(root, existsSync(source) ? source : built, process.argv.slice(2))
