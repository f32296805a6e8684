// Plain JavaScript that an old Node can run: this is how the project gets from that Node to its own.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** As `engines` of package.json says. */
const OLDEST = [22, 19]

/**
 * Runs a script in this process when this Node is new enough, otherwise in a child on the Node that
 * the `node` package put into node_modules. The child gets our signals, and its exit code becomes ours.
 *
 * @param {string} root the folder that holds node_modules
 * @param {string} script absolute path
 * @param {string[]} args
 */
export async function runOnProjectNode(root, script, args) {
  if (isNewEnough(process.versions.node)) {
    process.argv = [process.argv[0], script, ...args]
    if (existsSync(modulesOf(root))) module.enableCompileCache(compileCache(root))
    await import(pathToFileURL(script).href)
    return
  }
  const node = join(root, 'node_modules', 'node', 'bin', 'node')
  if (!existsSync(node)) {
    process.stderr.write(
      `Bestow needs Node ${OLDEST.join('.')} or newer; this is ${process.versions.node}. ${wayOut(root)}\n`,
    )
    process.exit(1)
  }
  const child = spawn(node, [...process.execArgv, script, ...args], {
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache(root) },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // npx runs us in a shell, which a signal ends without passing it on.
  const parent = process.ppid
  const check = () => process.ppid !== parent && child.kill('SIGTERM')
  if (process.env.npm_lifecycle_event === 'npx') setInterval(check, 200).unref()
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}

/**
 * Halves the time of a command. Not in the system's temporary folder, where others could put code.
 *
 * @param {string} root
 */
const compileCache = (root) => join(modulesOf(root), '.cache', 'bestow')

/**
 * In a clone its own; of the package the folder that it is in.
 *
 * @param {string} root
 */
const modulesOf = (root) => (isPackage(root) ? dirname(root) : join(root, 'node_modules'))

/** @param {string} root */
const isPackage = (root) => basename(dirname(root)) === 'node_modules'

/** @param {string} root */
const wayOut = (root) => (isPackage(root) ? 'Install one from https://nodejs.org.' : 'Run npm install first.')

/** @param {string} version */
function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}
