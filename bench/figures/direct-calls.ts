import { audit } from '../audit.ts'
import { createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'
import { directGrants } from '../grant-directly.ts'
import { WARMUP_SECONDS } from './grants-plan.ts'
import { CONTACTS } from './serve-grants.ts'

const CONNECTIONS = 16

/** What the database can do, without HTTP. */
export const directCalls: Figure = {
  keys: ['b'],
  async measure({ postgres, seconds: wanted }: Bench) {
    const database = await createBenchDatabase(postgres)
    await database.contacts.fill(CONTACTS)
    const { first, count } = database.contacts.take()
    const grant = await directGrants(database)
    let granted = 0
    const grantUntil = async (end: number) => {
      while (performance.now() < end && granted < count) await grant(first + granted++)
    }
    const grantFor = (seconds: number) => {
      const end = performance.now() + seconds * 1_000
      return Promise.all(Array.from({ length: CONNECTIONS }, () => grantUntil(end)))
    }
    await grantFor(WARMUP_SECONDS)
    const [before, begun] = [granted, performance.now()]
    await grantFor(wanted)
    const seconds = (performance.now() - begun) / 1_000
    const value = (granted - before) / seconds
    await audit(database, granted)
    await database.drop()
    const what = `direct calls of the grant function, ${CONNECTIONS} connections`
    return [{ key: 'b', what, value, unit: '/s', seconds }]
  },
}
