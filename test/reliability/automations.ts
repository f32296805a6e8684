/** Grants go through an automation while the workers that run it are killed. */
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { startReceiver } from '../../src/testing/receiver.ts'
import { fetchToken } from './account.ts'
import { type Automated, automate } from './automations/set-up.ts'
import { judgeRuns } from './automations/verdict.ts'
import type { Fault } from './crashes/faults.ts'
import { killProcesses, type Recoveries } from './crashes/killing.ts'
import { type Fleet, startFleet } from './fleet.ts'
import {
  brokenRules,
  type Findings,
  findings,
  type Ground,
  missed,
  onGround,
  outcomeOf,
  post,
} from './ground.ts'
import { seededRandom } from './random.ts'
import type { Trial } from './trial.ts'

export interface AutomationsReport extends Findings {
  seed: number
  grants: number
  runs: number
  steps: number
  /** That a worker had begun when it was killed; another took them again. */
  undone: number
  kills: number
  seconds: number
}

export interface AutomationsOptions {
  grants?: number
  kills?: number
  /** Between kills, on average. */
  killEveryMs?: number
  /** What a step takes longer, so that kills come in the middle of it. */
  stepMs?: number
  limitMs?: number
  /** Something that is broken on purpose, to see that it is found. */
  fault?: Fault
}

/** The limit only ends what hangs. */
export const SHORT: AutomationsOptions = { grants: 100, kills: 3, stepMs: 10, limitMs: 300_000 }
/** With fewer, chance may put every kill between two steps. */
const ENOUGH_GRANTS = 1_000
const WORKERS = 2
const CLIENTS = 8
const LOOK_EVERY_MS = 250

export const automationsTrial: Trial = {
  name: 'automations',
  sentence: 'grants go through an automation of five steps while the workers that take them are killed',
  run: async ({ seed, isShort }) => outcomeOf(await automations(seed, isShort ? SHORT : {})),
}

export const automations = (
  seed: number,
  {
    grants = 10_000,
    kills = 100,
    killEveryMs = 500,
    stepMs = 3,
    limitMs = 900_000,
    fault,
  }: AutomationsOptions = {},
): Promise<AutomationsReport> =>
  onGround(grants, async (ground) => {
    const { database, postgres, account, contacts } = ground
    const receiver = await startReceiver()
    await hurryWaits(database)
    await slowSteps(database, stepMs)
    const settings = { ALLOW_PRIVATE_TARGETS: '1' }
    const fleet = await startFleet(postgres.url, settings, { servers: 1, workers: WORKERS })
    const accomplice = await fault?.plant?.(postgres.url)
    const begun = performance.now()
    const recoveries: Recoveries = []
    try {
      const { url } = fleet.servers[0]!
      const token = await fetchToken(url, account)
      const automated = await automate(url, token, ground, receiver.url)
      const end = begun + limitMs
      const isOver = () => recoveries.length >= kills || performance.now() > end
      const killing = killProcesses(fleet.workers, {
        everyMs: killEveryMs,
        random: seededRandom(seed, 'kills'),
        recoveries,
        isOver,
      })
      // Whatever the machine makes of it, there is work for every kill.
      const isWanted = (granted: number) =>
        granted / grants <= (recoveries.length + 1) / (kills + 1) || isOver()
      await grantToAll(url, token, contacts, automated, isWanted)
      await killing
      const waiting = await untilQuiet(database, end)
      await accomplice?.end()
      const seconds = (performance.now() - begun) / 1_000
      const verdict = await judgeRuns(database, automated, grants)
      const { runs, steps } = verdict
      const undone = (await countBegun(database)) - steps
      const made = recoveries.length
      const faults = [
        ...verdict.faults,
        ...waiting,
        ...troublesOf(fleet, fault),
        ...(await brokenRules(postgres.url)),
        ...missed(`${made} of ${kills} kills in ${Math.round(seconds)} s`, made >= kills),
        ...missed('every kill came between two steps', grants < ENOUGH_GRANTS || kills === 0 || undone > 0),
      ]
      return findings(faults, { seed, grants, runs, steps, undone, kills: made, seconds })
    } finally {
      await fleet.stop()
      await receiver.close()
    }
  })

/** A fault that is planted makes noise as well. */
const troublesOf = (fleet: Fleet, fault: Fault | undefined) => (fault ? [] : fleet.troubles())

/** The shortest wait is a minute; nobody has so much time. */
async function hurryWaits(database: pg.Pool): Promise<void> {
  await database.query(`
    create function hurry_wait() returns trigger language plpgsql as $$
    begin
      new.due_at := now() + interval '1 second';
      return new;
    end $$;
    create trigger hurry_wait before update on automation_runs for each row
      when (new.reason = 'wait') execute function hurry_wait()`)
}

/** So that kills come in the middle of them; and they are counted, also when what was done is undone. */
async function slowSteps(database: pg.Pool, stepMs: number): Promise<void> {
  await database.query(`
    create sequence begun_steps;
    create function slow_step() returns trigger language plpgsql as $$
    begin
      perform nextval('begun_steps'), pg_sleep(${stepMs / 1_000});
      return new;
    end $$;
    create trigger slow_step before insert on automation_run_steps for each row execute function slow_step()`)
}

async function countBegun(database: pg.Pool): Promise<number> {
  const { rows } = await database.query('select last_value::int as begun from begun_steps')
  return rows[0].begun
}

/** @param isWanted whether there is to be one more, when so many were made */
async function grantToAll(
  url: string,
  token: string,
  contacts: Ground['contacts'],
  { offerId }: Automated,
  isWanted: (granted: number) => boolean,
): Promise<void> {
  const agent = new Agent({ keepAlive: true })
  const left = [...contacts]
  const work = async () => {
    for (let contactId = left.pop(); contactId; contactId = left.pop()) {
      while (!isWanted(contacts.length - left.length)) await sleep(LOOK_EVERY_MS)
      const path = `/v1/contacts/${contactId}/relationships/offers`
      const answer = await post(url, {
        token,
        path,
        agent,
        body: { data: [{ type: 'offers', id: offerId }] },
      })
      if (answer?.status !== 200) throw new Error(`a grant was answered ${answer?.status} ${answer?.text}`)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, work))
  agent.destroy()
}

/**
 * Until nothing is left to do; what a killed worker had in hand is given up sooner than by itself.
 *
 * @returns what still waits at the end
 */
async function untilQuiet(database: pg.Pool, end: number): Promise<string[]> {
  for (;;) {
    await database.query(
      `update hooks set leased_until = now() where leased_until > now() + interval '20 seconds'`,
    )
    const { rows } = await database.query<{ what: string; count: number }>(`
      select 'events' as what, count(*)::int from events where dispatched_at is null
       union all select 'runs', count(*)::int from automation_runs where status = 'active'
       union all select 'e-mails', count(*)::int from emails where status = 'pending'
       union all select 'deliveries', count(*)::int from webhook_deliveries where status = 'pending'`)
    const waiting = rows.filter(({ count }) => count > 0)
    if (waiting.length === 0) return []
    if (performance.now() > end) return waiting.map(({ what, count }) => `${count} ${what} still wait`)
    await sleep(LOOK_EVERY_MS)
  }
}
