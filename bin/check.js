// What must be right before a change lands: formatting, lint and types, at the same time. Usage: npm run check
import { spawn } from 'node:child_process'

const CHECKS = ['format:check', 'lint', 'typecheck']

const results = await Promise.all(CHECKS.map(run))
process.exitCode = results.every(Boolean) ? 0 : 1

/**
 * Runs a script of package.json, and prints what it said at its end: lines of two would mix.
 *
 * @param {string} script
 * @returns {Promise<boolean>} whether it succeeded
 */
async function run(script) {
  const npm = spawn('npm', ['run', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  })
  /** @type {Buffer[]} */
  const output = []
  for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (chunk) => output.push(chunk))
  const code = await new Promise((done) => npm.once('close', done))
  process.stderr.write(Buffer.concat(output))
  return code === 0
}
