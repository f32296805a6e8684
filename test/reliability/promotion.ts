/** The database server is killed under load, and its synchronous replica takes over. */
import { spawnSync } from 'node:child_process'
import { appendFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type DatabaseProxy, startProxy } from '../../src/testing/proxy.ts'
import { until } from '../launch.ts'
import { isMade, lostGrants, type Sent, startGranting, strangeAnswers } from './granting.ts'
import {
  brokenRules,
  countBy,
  type Findings,
  type Ground,
  onGround,
  outcomeOf,
  untilDispatched,
} from './ground.ts'
import { makePostgres, type Postgres } from './postgres.ts'
import type { Trial } from './trial.ts'

export interface PromotionReport extends Findings {
  promotions: number
  /** Requests, by the status of their answer. */
  answers: Record<string, number>
  /** Of each promotion: from the end of the primary until a grant was made, in milliseconds. */
  gapsMs: number[]
}

export interface PromotionOptions {
  promotions?: number
  /** false is the planted fault: the primary does not wait for its replica. */
  isSynchronous?: boolean
}

const CONTACTS_PER_PROMOTION = 20_000
const LOAD_MS = 1_500
/** So long the replica gets nothing any more before the primary is killed: what it acknowledges alone is lost. */
const PARTED_MS = 300
export const SHORT: PromotionOptions = { promotions: 1 }

export const promotionTrial: Trial = {
  name: 'promotion',
  sentence: 'the database server is killed under load, and its synchronous replica takes over',
  run: async ({ isShort }) => outcomeOf(await promotion(isShort ? SHORT : {})),
}

export const promotion = ({
  promotions = 10,
  isSynchronous = true,
}: PromotionOptions = {}): Promise<PromotionReport> =>
  onGround(promotions * CONTACTS_PER_PROMOTION, async (ground) => {
    const proxy = await startProxy(ground.postgres.url)
    const server = await ground.start('serve', String(proxy.connection))
    await ground.start('worker', String(proxy.connection))
    const servers = [ground.postgres]
    const sent: Sent[] = []
    const faults: string[] = []
    const gapsMs: number[] = []
    for (let n = 1; n <= promotions; n++) {
      const replica = await replicaOf(servers.at(-1)!, isSynchronous)
      servers.push(replica)
      const round = await failOver({
        ground,
        url: server.ready.url!,
        proxy,
        from: servers.at(-2)!,
        to: replica,
      })
      sent.push(...round.sent)
      gapsMs.push(round.gapMs)
      faults.push(...round.faults.map((fault) => `promotion ${n}: ${fault}`))
    }
    faults.push(...(await brokenRules(servers.at(-1)!.url)))
    await proxy.cut()
    await Promise.all(servers.slice(1).map((one) => one.remove()))
    const answers = countBy(sent, ({ answer }) => String(answer?.status ?? 'none'))
    return { passed: faults.length === 0, faults, promotions, answers, gapsMs }
  })

/** A server that follows `primary`, on a copy of its data; the npm packages bring no pg_basebackup. */
async function replicaOf(primary: Postgres, isSynchronous: boolean): Promise<Postgres> {
  const replica = await makePostgres()
  await Promise.all([replica.stop(), primary.stop()])
  await rm(replica.folder, { recursive: true })
  // The replica connects as the user that PostgreSQL runs as, which may not be ours.
  await appendFile(join(primary.folder, 'pg_hba.conf'), 'local replication bestow trust\n')
  // Keeps the files' owner, other than cp() of Node.
  spawnSync('cp', ['-a', primary.folder, replica.folder])
  const { searchParams } = new URL(primary.url)
  const address = `host=${searchParams.get('host')} port=${searchParams.get('port')} user=bestow`
  const line = `primary_conninfo = '${address} application_name=replica'\n`
  await appendFile(join(replica.folder, 'postgresql.auto.conf'), line)
  await writeFile(join(replica.folder, 'standby.signal'), '')
  await primary.start()
  await replica.start()
  await onServer(primary, async (database) => {
    if (isSynchronous) await database.query(`alter system set synchronous_standby_names = 'replica'`)
    await database.query('select pg_reload_conf()')
    const state = isSynchronous ? 'sync' : 'async'
    await until(async () => {
      const { rows } = await database.query('select sync_state from pg_stat_replication')
      return rows[0]?.sync_state === state
    })
  })
  return replica
}

interface FailOver {
  ground: Ground
  url: string
  proxy: DatabaseProxy
  from: Postgres
  to: Postgres
}

async function failOver({ ground, url, proxy, from, to }: FailOver) {
  proxy.switchTo(from.url)
  const load = await startGranting(ground, url)
  await until(() => load.sent.some(isMade))
  await sleep(LOAD_MS)
  await part(to)
  await sleep(PARTED_MS)
  const killed = performance.now()
  await from.kill()
  // Its number may be that of another process by the time the folder is removed.
  await rm(join(from.folder, 'postmaster.pid'), { force: true })
  await onServer(to, (database) => database.query('select pg_promote()'))
  proxy.switchTo(to.url)
  const isBack = (one: Sent) => isMade(one) && one.begun > killed
  await until(() => load.sent.some(isBack))
  await sleep(LOAD_MS)
  await load.stop()

  const { sent } = load
  const first = Math.min(...sent.filter(isBack).map(({ ended }) => ended))
  const lost = await onServer(to, async (database) => {
    await untilDispatched(database)
    return lostGrants(database, sent)
  })
  return { sent, gapMs: Math.round(first - killed), faults: [...strangeAnswers(sent), ...lost] }
}

/** Ends the replication. */
const part = (replica: Postgres): Promise<void> =>
  onServer(replica, async (database) => {
    await database.query(`alter system set primary_conninfo = ''`)
    await database.query('select pg_reload_conf()')
    await until(async () => (await database.query('select from pg_stat_wal_receiver')).rowCount === 0)
  })

async function onServer<Result>(
  { url }: Postgres,
  work: (database: pg.Pool) => Promise<Result>,
): Promise<Result> {
  const database = new pg.Pool({ connectionString: url, max: 1 })
  try {
    return await work(database)
  } finally {
    await database.end()
  }
}
