/** An old and a new version share a database: one process after the other is restarted or replaced under load. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundle } from '../bundle.ts'
import { bestow, bestowRunning, ROOT, type Running, until } from '../launch.ts'
import { fetchToken } from './account.ts'
import { fleetSettings } from './fleet.ts'
import { isMade, lostGrants, type Sent } from './granting.ts'
import type { Trial } from './trial.ts'
import {
  countBy,
  endProcess,
  type Findings,
  grantOf,
  missed,
  post,
  resultOf,
  type TrialEnvironment,
  untilDispatched,
  violatedInvariants,
  withTrialEnvironment,
} from './trial-environment.ts'

export interface UpgradeReport extends Findings {
  restarts: number
  /** Requests, by the status of their response. */
  responses: Record<string, number>
}

export interface UpgradeOptions {
  /** How often old processes are restarted beside new ones. */
  rounds?: number
  /** What the new version changes in the schema. */
  migration?: string
}

const NEW_VERSION = '99.0.0'
/** Columns of busy tables, an index, a table: what a new version may change while the old one runs. */
const EXPANDING = `
  alter table contacts add column of_next_version text;
  alter table offer_grants add column of_next_version text not null default 'new';
  create index events_of_next_version on events (site_id, type) where type = 'of_next_version';
  create table of_next_version (id bigint primary key)`

const CONTACTS_PER_ROUND = 60_000
const CLIENTS = 16
const LOAD_MS = 700
/** Between two requests of a client: the processes that start need the same cores. */
const PAUSE_MS = 40

export const upgradeTrial: Trial = {
  name: 'upgrade',
  summary: 'an old and a new version share a database, and are restarted under load',
  run: async ({ isShort }) => resultOf(await upgrade(isShort ? {} : { rounds: 5 })),
}

export const upgrade = ({ rounds = 1, migration = EXPANDING }: UpgradeOptions = {}): Promise<UpgradeReport> =>
  withTrialEnvironment(rounds * CONTACTS_PER_ROUND, async (environment) => {
    const next = await makeNextVersion(migration)
    const balancer = makeBalancer(environment, next.program)
    const one = await balancer.add('old')
    const two = await balancer.add('old')
    let worker = await balancer.startProcess('worker', 'old')
    const load = await startLoad(environment, balancer)
    await sleep(LOAD_MS)
    await migrateWith(environment, next.program)
    for (let round = 0; round < rounds; round++) {
      await balancer.replace(one, 'old')
      await balancer.replace(one, 'new')
      await balancer.replace(two, 'old')
      await endProcess(worker)
      worker = await balancer.startProcess('worker', 'old')
      await balancer.replace(one, 'new')
    }
    await balancer.replace(two, 'new')
    const newWorker = await balancer.startProcess('worker', 'new')
    await endProcess(worker)
    await sleep(LOAD_MS)
    const sent = await load.stop()
    const faults = failuresOf(sent)
    // Otherwise the rest would only wait for what cannot happen.
    if (faults.length === 0) faults.push(...(await losses(environment, sent)))
    await Promise.all([...balancer.processes(), newWorker].map(endProcess))
    await next.remove()
    const responses = countBy(sent, ({ response }) => String(response?.status ?? 'none'))
    return { passed: faults.length === 0, faults, restarts: rounds * 5, responses }
  })

const failuresOf = (sent: Sent[]): string[] =>
  sent
    .filter((each) => !isMade(each))
    .map(({ response }) => `response ${response?.status ?? 'none'}: ${response?.text ?? ''}`)

async function losses(environment: TrialEnvironment, sent: Sent[]): Promise<string[]> {
  await untilDispatched(environment.database)
  return [
    ...(await lostGrants(environment.database, sent)),
    ...(await functionsOf(environment)),
    ...(await violatedInvariants(environment.postgres.url)),
    ...missed('grants went on all the time', sent.filter(isMade).length > 100),
  ]
}

/** The sources with another version, a migration and changed functions. */
async function makeNextVersion(migration: string): Promise<{ program: string; remove: () => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'bestow-next-'))
  await cp(join(ROOT, 'src'), join(root, 'src'), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  const description = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  await writeFile(join(root, 'package.json'), JSON.stringify({ ...description, version: NEW_VERSION }))
  await writeFile(join(root, 'src/platform/db/migrations/9999_next_version.sql'), migration)
  for (const file of [
    'grants/change_offers.sql',
    'grants/grant_types.sql',
    'platform/events/record_events.sql',
  ]) {
    const text = await readFile(join(root, 'src', file), 'utf8')
    await writeFile(join(root, 'src', file), `${text}\n-- As of the next version.\n`)
  }
  return {
    program: await bundle(root, join(root, 'program')),
    remove: () => rm(root, { recursive: true, force: true }),
  }
}

type Version = 'old' | 'new'

interface Node {
  running: Running
  /** Requests that are sent and not answered yet. */
  open: number
  isOut: boolean
}

/** What is in front of several servers: it sends nothing to one that is about to stop. */
function makeBalancer({ postgres }: TrialEnvironment, nextProgram: string) {
  const nodes: Node[] = []
  const startProcess = (role: 'serve' | 'worker', version: Version) =>
    bestowRunning(
      [role],
      { settings: { ...fleetSettings(postgres.url), PORT: '0' } },
      version === 'new' ? nextProgram : undefined,
    )
  return {
    startProcess,
    processes: () => nodes.map(({ running }) => running),
    async add(version: Version): Promise<Node> {
      const node = { running: await startProcess('serve', version), open: 0, isOut: false }
      nodes.push(node)
      return node
    },
    /** Stops a server and starts one in its place. */
    async replace(node: Node, version: Version): Promise<void> {
      node.isOut = true
      await until(() => node.open === 0)
      await endProcess(node.running)
      node.running = await startProcess('serve', version)
      node.isOut = false
      await sleep(LOAD_MS)
    },
    next(): Node {
      const usable = nodes.filter(({ isOut }) => !isOut)
      return usable[Math.floor(Math.random() * usable.length)]!
    },
  }
}

/** Clients that grant an offer to one contact after the other. */
async function startLoad(
  { account, contacts }: TrialEnvironment,
  balancer: ReturnType<typeof makeBalancer>,
): Promise<{ stop: () => Promise<Sent[]> }> {
  const token = await fetchToken(balancer.next().running.ready.url!, account)
  const agent = new Agent({ keepAlive: true })
  const sent: Sent[] = []
  let isOver = false
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!isOver) {
      const contactId = contacts.pop()!
      const node = balancer.next()
      const begun = performance.now()
      node.open++
      const response = await post(node.running.ready.url!, {
        token,
        agent,
        ...grantOf(contactId, account.offers[0]!),
      })
      node.open--
      sent.push({ contactId, response, begun, ended: performance.now() })
      await sleep(PAUSE_MS)
    }
  })
  return {
    async stop() {
      isOver = true
      await Promise.all(clients)
      agent.destroy()
      return sent
    },
  }
}

async function migrateWith({ postgres }: TrialEnvironment, program: string): Promise<void> {
  const { code, stderr } = await bestow(['migrate'], fleetSettings(postgres.url), undefined, program)
  if (code !== 0) throw new Error(`the new version could not migrate: ${stderr}`)
}

/** Old processes that started later must have left the new functions in place. */
async function functionsOf({ database }: TrialEnvironment): Promise<string[]> {
  const { rows } = await database.query('select release from function_versions')
  const isNew = rows[0]?.release[0] === Number.parseInt(NEW_VERSION, 10)
  return isNew ? [] : [`the functions are of the release ${rows[0]?.release.join('.')}`]
}
