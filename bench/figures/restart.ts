import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diagnose } from '../audit.ts'
import type { Figure } from '../figure.ts'
import { start } from '../processes.ts'

/** Time from `npm start` to the first response, on an existing data folder. */
export const restart: Figure = {
  keys: ['i'],
  async measure() {
    const folder = await mkdtemp(join(tmpdir(), 'bestow-bench-'))
    // When started by root, PostgreSQL runs as another user, who must have access to the folder.
    await chmod(folder, 0o711)
    const settings = { DATA_DIR: folder, PORT: '0' }
    const first = await secondsToStart(settings)
    const value = await secondsToStart(settings)
    await diagnose(settings)
    await rm(folder, { recursive: true, force: true })
    const what = 'npm start until ready, second start'
    return [{ key: 'i', what, value, unit: 's', seconds: value, details: { 'first start': first } }]
  },
}

async function secondsToStart(settings: { DATA_DIR: string; PORT: string }): Promise<number> {
  const begun = performance.now()
  const { ready, stop } = await start('npm', ['start', '--silent', '--', '--json'], settings)
  const seconds = (performance.now() - begun) / 1_000
  const { ok } = await fetch(`${ready.url}/readyz`)
  await stop()
  if (!ok) throw new Error('npm start said that it was ready and was not')
  return seconds
}
