import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { FILES_OF_SOME_DAY } from '../depth.ts'
import { ROOT } from '../launch.ts'
import type { Trial } from './trial.ts'

/** The parts of the test suite of which `npm test` runs a sample only; see test/depth.ts. */
const PARTS = [
  ...FILES_OF_SOME_DAY,
  'test/model',
  'test/reliability',
  'test/package.test.ts',
  'test/conformance/fuzz.test.ts',
  'src/developer-site/postman.test.ts',
  'src/grants/concurrent-grants.test.ts',
  'src/operations/doctor',
  'src/platform/http/linear-time.test.ts',
]
const LINES_SHOWN = 60

/** Runs all generated scenarios, and every test that plants a fault. */
export const fullTestsTrial: Trial = {
  name: 'full-tests',
  summary:
    'all generated scenarios of the models, every planted fault, and what `npm test` runs on some days only',
  async run({ isShort }) {
    if (isShort) return { passed: true, lines: ['left out: `npm test` runs a sample'] }
    const child = spawn(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...PARTS], {
      cwd: ROOT,
      env: { ...process.env, TEST_DEPTH: 'full' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
    return { passed: code === 0, lines: output.split('\n').slice(-LINES_SHOWN) }
  },
}
