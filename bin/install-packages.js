// Plain JavaScript that an old Node can run: it installs the packages that everything else needs.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

// NODE_ENV=production, or a setting of the user, would leave out the runtime and the database.
// The log level makes npm report each download, which the progress is counted by.
const NPM_CI = 'ci --include=dev --include=optional --no-audit --no-fund --loglevel=http'.split(' ')
const DOWNLOAD = /^npm http (?:fetch GET 200|cache) \S+\.tgz/
/** How often progress is printed where a line cannot be overwritten, as in the log of a CI run. */
const LINE_EVERY_MS = 10_000

/**
 * Installs the packages of the lock file with `npm ci` and prints its progress on standard error; standard output
 * belongs to the script that runs afterwards. Ends the process when npm fails, with npm's exit code.
 *
 * @param {string} root the folder that holds package-lock.json
 */
export async function installPackages(root) {
  const progress = startProgress(countPackages(root))
  /** @type {string[]} */
  const errors = []
  const npm = spawn('npm', NPM_CI, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
  })
  createInterface({ input: npm.stderr }).on('line', (line) => {
    if (DOWNLOAD.test(line)) progress.advance()
    else if (line.startsWith('npm error')) errors.push(line)
  })
  const failure = await new Promise((done) => {
    npm.once('error', (error) => done({ status: 1, reason: error.message }))
    npm.once('close', (status) =>
      done(status === 0 ? null : { status: status ?? 1, reason: 'npm says why above' }),
    )
  })
  progress.end()
  if (!failure) return
  for (const line of errors) process.stderr.write(`${line}\n`)
  process.stderr.write(`The packages could not be installed: ${failure.reason}.\n`)
  process.exit(failure.status)
}

/** @param {string} root */
function countPackages(root) {
  const { packages = {} } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  return Object.values(packages).filter(isForThisPlatform).length - 1
}

/** @param {{os?: string[], cpu?: string[]}} locked */
function isForThisPlatform({ os, cpu }) {
  return (!os || os.includes(process.platform)) && (!cpu || cpu.includes(process.arch))
}

/** @param {number} total */
function startProgress(total) {
  const { isTTY } = process.stderr
  let done = 0
  let printedAt = Date.now()
  const print = () => process.stderr.write(`  ${done} of about ${total} packages${isTTY ? '\r' : '\n'}`)
  process.stderr.write('Installing the packages (only before the first run, about a minute) …\n')
  return {
    advance() {
      done += 1
      if (!isTTY && Date.now() - printedAt < LINE_EVERY_MS) return
      printedAt = Date.now()
      print()
    },
    end() {
      if (isTTY) process.stderr.write('\n')
    },
  }
}
