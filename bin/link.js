// Runs after an installation in a clone (npm's "prepare"): `npx bestow` then finds the clone's own command
// line at once, instead of making a package of the clone first. Plain JavaScript that an old Node can run.
import { existsSync, symlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const link = join(root, 'node_modules', '.bin', 'bestow')
if (process.platform !== 'win32' && existsSync(dirname(link)) && !existsSync(link)) {
  symlinkSync(join('..', '..', 'bin', 'bestow.js'), link)
}
