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
import { brokenRules, type Findings, type Ground, onGround, outcomeOf, post } from './ground.ts'
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
  limitMs?: number
  /** Something that is broken on purpose, to see that it is found. */
  fault?: Fault
}

export const SHORT: AutomationsOptions = { grants: 200, kills: 5, limitMs: 60_000 }
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
  { grants = 10_000, kills = 100, killEveryMs = 500, limitMs = 900_000, fault }: AutomationsOptions = {},
): Promise<AutomationsReport> =>
  onGround(grants, async (ground) => {
    const { database, postgres, account, contacts } = ground
    const receiver = await startReceiver()
    await hurryWaits(database)
    await slowSteps(database)
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
      await grantToAll(url, token, contacts, automated, (kills * killEveryMs) / grants)
      await killing
      await untilQuiet(database, end)
      await accomplice?.end()
      const seconds = (performance.now() - begun) / 1_000
      const verdict = await judgeRuns(database, automated, grants)
      const faults = [...verdict.faults, ...troublesOf(fleet, fault), ...(await brokenRules(postgres.url))]
      const { runs, steps } = verdict
      const undone = (await countBegun(database)) - steps
      // Kills that came between two steps show little.
      const passed = faults.length === 0 && (kills === 0 || undone > 0)
      return { passed, faults, seed, grants, runs, steps, undone, kills: recoveries.length, seconds }
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
async function slowSteps(database: pg.Pool): Promise<void> {
  await database.query(`
    create sequence begun_steps;
    create function slow_step() returns trigger language plpgsql as $$
    begin
      perform nextval('begun_steps'), pg_sleep(0.003);
      return new;
    end $$;
    create trigger slow_step before insert on automation_run_steps for each row execute function slow_step()`)
}

async function countBegun(database: pg.Pool): Promise<number> {
  const { rows } = await database.query('select last_value::int as begun from begun_steps')
  return rows[0].begun
}

/** @param everyMs between grants, on average */
async function grantToAll(
  url: string,
  token: string,
  contacts: Ground['contacts'],
  { offerId }: Automated,
  everyMs: number,
): Promise<void> {
  const agent = new Agent({ keepAlive: true })
  const left = [...contacts]
  const work = async () => {
    for (let contactId = left.pop(); contactId; contactId = left.pop()) {
      const path = `/v1/contacts/${contactId}/relationships/offers`
      const answer = await post(url, {
        token,
        path,
        agent,
        body: { data: [{ type: 'offers', id: offerId }] },
      })
      if (answer?.status !== 200) throw new Error(`a grant was answered ${answer?.status} ${answer?.text}`)
      await sleep(everyMs * CLIENTS)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, work))
  agent.destroy()
}

/** Until nothing is left to do; what a killed worker had in hand is given up sooner than by itself. */
async function untilQuiet(database: pg.Pool, end: number): Promise<void> {
  for (; performance.now() < end; await sleep(LOOK_EVERY_MS)) {
    await database.query(
      `update hooks set leased_until = now() where leased_until > now() + interval '20 seconds'`,
    )
    const { rowCount } = await database.query(`
      select from events where dispatched_at is null
       union all select from automation_runs where status = 'active'
       union all select from emails where status = 'pending'
       union all select from webhook_deliveries where status = 'pending' limit 1`)
    if (rowCount === 0) return
  }
}
