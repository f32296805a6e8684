import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { audit } from '../audit.ts'
import { type BenchDatabase, createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'
import { grantToMany } from '../grant-directly.ts'
import { startHelper } from '../processes.ts'
import { work } from '../server.ts'
import type { Received } from './mail-sink.ts'

const EMAILS = 5_000

/** E-mails that a worker sends to a mail server on this machine: from the first one to the last. */
export const emails: Figure = {
  keys: ['g'],
  async measure({ postgres }: Bench) {
    const database = await createBenchDatabase(postgres)
    await grantToMany(database, EMAILS, true)
    const sink = startHelper(join(import.meta.dirname, 'mail-sink.ts'))
    const { port } = await sink.ask<{ port: number }>({ listen: true })
    const worker = await work(database, {
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      MAIL_FROM: 'hello@bestow.example',
    })
    while ((await countSent(database)) < EMAILS) await sleep(50)
    // Second copies would arrive in this time.
    await sleep(500)
    await worker.stop()
    const { messages, recipients, firstAt, lastAt } = await sink.ask<Received>({ listen: false })
    await sink.stop()
    if (messages !== EMAILS || recipients !== EMAILS)
      throw new Error(`${messages} e-mails for ${recipients} people came instead of ${EMAILS}`)
    await audit(database, EMAILS)
    await database.drop()
    const seconds = (lastAt - firstAt) / 1_000
    const what = `e-mails handed to a mail server, ${EMAILS} in all`
    return [{ key: 'g', what, value: EMAILS / seconds, unit: '/s', seconds }]
  },
}

async function countSent({ app }: BenchDatabase): Promise<number> {
  const { rows } = await app.pool.query<{ count: number }>(
    `select count(*)::int as count from emails where status = 'sent'`,
  )
  return rows[0]!.count
}
