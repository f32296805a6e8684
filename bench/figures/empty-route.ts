import { join } from 'node:path'
import type { Bench, Figure } from '../figure.ts'
import { load } from '../load/load.ts'
import { start } from '../processes.ts'
import { grantsPlan, rateOf } from './grants-plan.ts'

/** What the web framework alone can do: the same requests to a route that does nothing. */
export const emptyRoute: Figure = {
  keys: ['a'],
  async measure({ seconds }: Bench) {
    const { ready, stop } = await start(process.execPath, [join(import.meta.dirname, 'empty-server.ts')])
    // As long as that of a real request.
    const token = 'x'.repeat(320)
    const plan = grantsPlan(
      { url: ready.url!, token, offerId: '1', firstContact: 1, contacts: 10_000_000 },
      seconds,
    )
    const report = await load(plan)
    await stop()
    return [rateOf('a', 'requests to an empty route', report)]
  },
}
