/** Three times as many requests arrive as the server can answer. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { processes } from '../launch.ts'
import { fetchToken } from './account.ts'
import { pin } from './cores.ts'
import { type Findings, missed, onGround, outcomeOf } from './ground.ts'
import { type Arrivals, arrive, type Tally } from './overload/arrivals.ts'
import type { Asked } from './overload/requests.ts'
import type { Trial } from './trial.ts'

export interface OverloadReport extends Findings {
  /** Requests a second that were done for clients who waited for their answers, before and afterwards. */
  capacity: [number, number]
  offered: number
  /** Requests a second that were done within two seconds. */
  goodput: number
  /** Of the capacity, as it was on average: others may use the machine too. */
  goodputShare: number
  refused: number
  late: number
  servedMs: Spread
  refusedMs: Spread
  others: Record<string, number>
  /** Of the server, before and after. */
  memoryMb: [number, number]
  /** Of one core, by what made the load. */
  generatorCpu: number
  /** Whether the load had a core of its own, and the server and its database the others. */
  coresApart: boolean
}

export interface OverloadOptions {
  mix: Asked['mix']
  /** For grants alone more than all requests together, so that each does the same: it makes a customer. */
  contacts: number
  /** Of the capacity; null: how fast anything is, is not judged. */
  leastGoodput: number | null
  seconds?: number
  /** Requests that arrive, as a multiple of the capacity. */
  factor?: number
  /** Those that find the capacity: as many as are served at once. */
  clients?: number
  /** The setting CONCURRENT_REQUESTS, when not its default. */
  concurrentRequests?: number
  seed?: number
}

interface Spread {
  p50: number
  p99: number
  max: number
}

const IN_TIME_MS = 2_000
/** Requests of all kinds, on so many people that hardly anybody waits for another. */
const ALL_KINDS: OverloadOptions = { mix: 'all kinds', contacts: 20_000, leastGoodput: 0.8 }
/** A grant is so cheap that refusing costs a fourth of it: docs/decisions/0011-refusing-overload.md. */
const GRANTS: OverloadOptions = { mix: 'grants', contacts: 700_000, leastGoodput: 0.4 }
/** For a machine that others use: what it can do changes from second to second, so that no speed is judged. */
export const SHORT = { seconds: 3, clients: 32, concurrentRequests: 64 }
export const SHORT_ALL_KINDS: OverloadOptions = { ...ALL_KINDS, ...SHORT, leastGoodput: null }
export const SHORT_GRANTS: OverloadOptions = { ...GRANTS, ...SHORT, leastGoodput: null, contacts: 80_000 }

export const overloadTrial: Trial = {
  name: 'overload',
  sentence: 'three times as much is asked for as the server can do',
  run: async ({ isShort, seed }) =>
    outcomeOf(await overload({ ...(isShort ? SHORT_ALL_KINDS : ALL_KINDS), seed })),
}

export const overloadByGrantsTrial: Trial = {
  name: 'overload-by-grants',
  sentence: 'the same with grants alone, to a new customer each',
  run: async ({ isShort }) => outcomeOf(await overload(isShort ? SHORT_GRANTS : GRANTS)),
}

export const overload = ({
  mix,
  contacts,
  leastGoodput,
  seconds = 15,
  factor = 3,
  clients = 250,
  concurrentRequests,
  seed = 1,
}: OverloadOptions): Promise<OverloadReport> =>
  onGround(contacts, async (ground) => {
    const server = await ground.start('serve', undefined, {
      CONCURRENT_REQUESTS: concurrentRequests?.toString(),
    })
    const coresApart = await pinAll(server.child.pid!, ground.postgres.folder)
    const url = server.ready.url!
    const token = await fetchToken(url, ground.account)
    const { offers } = ground.account
    let granted = 0
    const put = async (load: Arrivals['load'], duration = seconds) => {
      const asked = { mix, contacts: ground.contacts.slice(granted), offers, seed }
      const tally = await arrive({ url, token, asked, seconds: duration, load })
      if (mix === 'grants') granted += tally.sent
      return tally
    }

    const capacity = async () => (await put({ clients })).served.length / seconds
    await put({ clients }, seconds / 2)
    const before = await capacity()
    const memoryBefore = await memoryOf(server.child.pid!)
    const tally = await put({ perSecond: before * factor })
    const memoryAfter = await memoryOf(server.child.pid!)
    const after = await capacity()
    const inTime = tally.served.filter((ms) => ms <= IN_TIME_MS).length
    const report = {
      capacity: [Math.round(before), Math.round(after)] as [number, number],
      offered: Math.round(before * factor),
      goodput: Math.round(inTime / seconds),
      goodputShare: inTime / seconds / ((before + after) / 2),
      refused: tally.refused.length,
      late: tally.served.length - inTime,
      servedMs: spread(tally.served),
      refusedMs: spread(tally.refused),
      others: tally.others,
      memoryMb: [memoryBefore, memoryAfter] as [number, number],
      generatorCpu: tally.cpu,
      coresApart,
    }
    const faults = faultsOf(tally, report.goodputShare, leastGoodput)
    return { passed: faults.length === 0, faults, ...report }
  })

/** What serves: what the load takes of the processors is not to be missing there. */
async function pinAll(server: number, folder: string): Promise<boolean> {
  const postmaster = Number((await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n')[0])
  const pids = processes().filter(({ pid, parent }) => [pid, parent].includes(postmaster))
  return [server, ...pids.map(({ pid }) => pid)].map((pid) => pin(pid, 'server')).every(Boolean)
}

function faultsOf(tally: Tally, share: number, least: number | null): string[] {
  const others = Object.entries(tally.others).map(([what, count]) => `${count} requests came to: ${what}`)
  const percent = (part: number) => `${Math.round(part * 100)} %`
  const tooSlow = (wanted: number) => [
    ...(spread(tally.refused).p50 > IN_TIME_MS ? ['refusals come too late'] : []),
    ...(share < wanted ? [`goodput is ${percent(share)} of the capacity, less than ${percent(wanted)}`] : []),
  ]
  return [
    ...others,
    ...(tally.refused.length === 0 ? ['nothing was refused'] : []),
    ...(tally.refusedBlindly > 0 ? [`${tally.refusedBlindly} refusals without Retry-After`] : []),
    ...missed('nothing was served', tally.served.length > 0),
    ...(least === null ? [] : tooSlow(least)),
  ]
}

function spread(milliseconds: number[]): Spread {
  const sorted = Float64Array.from(milliseconds).sort()
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0)
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

/** Megabytes of memory that a process occupies. */
export async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024)
}
