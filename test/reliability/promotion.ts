/** The database server is killed under load, and its synchronous replica takes over. */
import { spawnSync } from 'node:child_process'
import { appendFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type DatabaseProxy, startProxy } from '../../src/testing/proxy.ts'
import { until } from '../launch.ts'
import { isMade, lostGrants, type Sent, startGranting, unexpectedResponses } from './granting.ts'
import { makePostgres, type Postgres } from './postgres.ts'
import type { Trial } from './trial.ts'
import {
  countBy,
  type Findings,
  resultOf,
  type TrialEnvironment,
  untilDispatched,
  violatedInvariants,
  withTrialEnvironment,
} from './trial-environment.ts'

export interface PromotionReport extends Findings {
  promotions: number
  /** Requests, by the status of their response. */
  responses: Record<string, number>
  /** Milliseconds of each promotion, from the kill of the primary to the first grant afterwards. */
  gapsMs: number[]
}

export interface PromotionOptions {
  promotions?: number
  /** false plants the fault: the primary does not wait for its replica. */
  isSynchronous?: boolean
}

const CONTACTS_PER_PROMOTION = 20_000
const LOAD_MS = 1_500
/** Time between the end of replication and the kill of the primary: what it acknowledges alone in between is lost. */
const SEPARATED_MS = 300
export const SHORT: PromotionOptions = { promotions: 1 }

export const promotionTrial: Trial = {
  name: 'promotion',
  summary: 'the database server is killed under load, and its synchronous replica takes over',
  run: async ({ isShort }) => resultOf(await promotion(isShort ? SHORT : {})),
}

export const promotion = ({
  promotions = 10,
  isSynchronous = true,
}: PromotionOptions = {}): Promise<PromotionReport> =>
  withTrialEnvironment(promotions * CONTACTS_PER_PROMOTION, async (environment) => {
    const proxy = await startProxy(environment.postgres.url)
    const server = await environment.start('serve', String(proxy.connection))
    await environment.start('worker', String(proxy.connection))
    const servers = [environment.postgres]
    const sent: Sent[] = []
    const faults: string[] = []
    const gapsMs: number[] = []
    for (let n = 1; n <= promotions; n++) {
      const replica = await replicaOf(servers.at(-1)!, isSynchronous)
      servers.push(replica)
      const round = await failOver({
        environment,
        url: server.ready.url!,
        proxy,
        from: servers.at(-2)!,
        to: replica,
      })
      sent.push(...round.sent)
      gapsMs.push(round.gapMs)
      faults.push(...round.faults.map((fault) => `promotion ${n}: ${fault}`))
    }
    faults.push(...(await violatedInvariants(servers.at(-1)!.url)))
    await proxy.cut()
    await Promise.all(servers.slice(1).map((one) => one.remove()))
    const responses = countBy(sent, ({ response }) => String(response?.status ?? 'none'))
    return { passed: faults.length === 0, faults, promotions, responses, gapsMs }
  })

/** Starts a replica of `primary` on a copy of its data; the npm packages do not include pg_basebackup. */
async function replicaOf(primary: Postgres, isSynchronous: boolean): Promise<Postgres> {
  const replica = await makePostgres()
  await Promise.all([replica.stop(), primary.stop()])
  await rm(replica.folder, { recursive: true })
  // The replica connects as the user that PostgreSQL runs as, which may be another than the current one.
  await appendFile(join(primary.folder, 'pg_hba.conf'), 'local replication bestow trust\n')
  // cp keeps the owner of the files, Node's cp() does not.
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
  environment: TrialEnvironment
  url: string
  proxy: DatabaseProxy
  from: Postgres
  to: Postgres
}

async function failOver({ environment, url, proxy, from, to }: FailOver) {
  proxy.switchTo(from.url)
  const load = await startGranting(environment, url)
  await until(() => load.sent.some(isMade))
  await sleep(LOAD_MS)
  await endReplication(to)
  await sleep(SEPARATED_MS)
  const killed = performance.now()
  await from.kill()
  // Its pid may belong to another process by the time the folder is removed.
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
  return { sent, gapMs: Math.round(first - killed), faults: [...unexpectedResponses(sent), ...lost] }
}

const endReplication = (replica: Postgres): Promise<void> =>
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
