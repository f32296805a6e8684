import { join } from 'node:path'
import type { Bench, Figure } from '../figure.ts'
import { load } from '../load/load.ts'
import { start } from '../processes.ts'
import { grantsPlan } from './grants-plan.ts'
import { rateOf } from './serve-grants.ts'

/** As long as that of a real request. */
const TOKEN = 'x'.repeat(320)

/** The rate of the web framework alone: the same requests to a route that does nothing. */
export const emptyRoute: Figure = {
  keys: ['a'],
  async measure({ seconds }: Bench) {
    const { ready, stop } = await start(process.execPath, [join(import.meta.dirname, 'empty-server.ts')])
    const numbers = { first: 1, count: 100_000_000, step: 1 }
    const report = await load(grantsPlan({ url: ready.url!, token: TOKEN, offerId: '1', numbers, seconds }))
    await stop()
    return [rateOf('a', 'requests to an empty route', report)]
  },
}
