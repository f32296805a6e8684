// Builds the admin portal of a clone when its sources are newer than the last build. Plain JavaScript that an old Node
// can run. The published package has the portal prebuilt, and no sources of it.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Written by the build: it is older than the portal. */
const GENERATED = join('api', 'generated.ts')
/** What the portal shares with the server. */
const SHARED = join('src', 'platform', 'text', 'zone.ts')

/**
 * @param {string} root the folder with package.json
 * @returns {boolean} whether the portal can be served
 */
export function buildPortal(root) {
  const sources = join(root, 'web')
  if (!existsSync(sources)) return true
  const built = join(root, 'dist', 'web', 'index.html')
  if (existsSync(built) && statSync(built).mtimeMs > newest(root, sources)) return true
  process.stderr.write('Building the admin portal, about 10 seconds …\n')
  const own = join(root, 'node_modules', 'node', 'bin', 'node')
  // Where packages were installed without their scripts, as in a container, it is missing.
  const { status } = spawnSync(existsSync(own) ? own : process.execPath, [join(sources, 'build.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) process.stderr.write('The admin portal could not be built; everything else works.\n')
  return status === 0
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {number} when the newest source was changed
 */
function newest(root, folder) {
  const files = readdirSync(folder, { recursive: true }).map(String)
  const own = files.filter((file) => file !== GENERATED).map((file) => join(folder, file))
  return Math.max(...[...own, join(root, SHARED)].map((file) => statSync(file).mtimeMs))
}
