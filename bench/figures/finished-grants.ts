import { setTimeout as sleep } from 'node:timers/promises'
import { audit } from '../audit.ts'
import { type BenchDatabase, createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'
import { load } from '../load/load.ts'
import { serve, work } from '../server.ts'
import { countBacklog } from './backlog.ts'
import { grantsPlan } from './grants-plan.ts'
import { CONTACTS } from './serve-grants.ts'

/**
 * Grants over HTTP with a worker running, until all their effects are processed as well: from the
 * first request to the last welcome e-mail that was written.
 */
export const finishedGrants: Figure = {
  keys: ['c+'],
  async measure({ postgres, seconds: wanted }: Bench) {
    const database = await createBenchDatabase(postgres)
    const { account, contacts, offerId } = database
    await contacts.fill(CONTACTS)
    const worker = await work(database)
    const server = await serve(database)
    const report = await load(
      grantsPlan({
        url: server.ready.url!,
        token: account.token,
        offerId,
        numbers: contacts.take(),
        seconds: wanted,
      }),
    )
    const backlog = await countBacklog(database)
    while ((await countBacklog(database)) > 0) await sleep(100)
    await server.stop()
    await worker.stop()
    const granted = report.statuses[200]!
    const seconds = ((await lastEmail(database, granted)) - report.begunAt) / 1_000
    await audit(database, granted)
    await database.drop()
    return [
      {
        key: 'c+',
        what: 'grants over HTTP with all that follows done',
        value: granted / seconds,
        unit: '/s',
        seconds,
        statuses: report.statuses,
        details: { 'backlog at the end of the load': backlog },
      },
    ]
  },
}

/** When the last e-mail was written, in milliseconds since 1970. */
async function lastEmail({ app }: BenchDatabase, expected: number): Promise<number> {
  const { rows } = await app.pool.query<{ count: number; last: Date }>(
    `select count(*)::int as count, max(rendered_at) as last from emails where status = 'kept'`,
  )
  const { count, last } = rows[0]!
  if (count !== expected) throw new Error(`${expected} welcome e-mails should be in the outbox, not ${count}`)
  return last.getTime()
}
