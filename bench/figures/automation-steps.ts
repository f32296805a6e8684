import { setTimeout as sleep } from 'node:timers/promises'
import { audit } from '../audit.ts'
import { type BenchDatabase, createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'
import { automate, countBacklog, REACH, startReceiver } from '../follow-ups.ts'
import { grantToMany } from '../grant-directly.ts'
import { work } from '../server.ts'

const RUNS = 5_000

/**
 * Steps of an automation: a tag, a grant, an e-mail, a webhook, the tag again, while the worker also processes their
 * effects. From the first run to the end of the last.
 */
export const automationSteps: Figure = {
  keys: ['k'],
  async measure({ postgres }: Bench) {
    const database = await createBenchDatabase(postgres)
    const receiver = await startReceiver()
    await automate(database, receiver.url)
    await grantToMany(database, RUNS, false)
    const worker = await work(database, REACH)
    while ((await countBacklog(database)) > 0) await sleep(50)
    await worker.stop()
    await receiver.stop()
    const { steps, seconds } = await readSteps(database)
    // Each run has granted another offer.
    await audit(database, 2 * RUNS)
    await database.drop()
    const what = `steps of automations, ${RUNS} runs`
    return [{ key: 'k', what, value: steps / seconds, unit: '/s', seconds }]
  },
}

async function readSteps({ app }: BenchDatabase): Promise<{ steps: number; seconds: number }> {
  const { rows } = await app.pool.query<{ steps: number; seconds: number; completed: number }>(
    `select sum(step)::int as steps, count(*) filter (where status = 'completed')::int as completed,
            extract(epoch from max(ended_at) - min(created_at))::float as seconds from automation_runs`,
  )
  const { completed, ...read } = rows[0]!
  if (completed !== RUNS) throw new Error(`${completed} runs were completed instead of ${RUNS}`)
  return read
}
