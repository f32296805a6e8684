/** Grants start an automation while the workers that run it are killed. */
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { startReceiver } from '../../src/testing/receiver.ts'
import { fetchToken } from './account.ts'
import { auditRuns } from './automations/audit-runs.ts'
import { createFiveSteps, type FiveSteps } from './automations/set-up.ts'
import type { Fault } from './crashes/faults.ts'
import { killProcesses, type Recoveries } from './crashes/killing.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { seededRandom } from './random.ts'
import type { Trial } from './trial.ts'
import {
  type Findings,
  findings,
  missed,
  post,
  resultOf,
  type TrialEnvironment,
  violatedInvariants,
  withTrialEnvironment,
} from './trial-environment.ts'

export interface AutomationsReport extends Findings {
  seed: number
  grants: number
  runs: number
  steps: number
  /** Steps that a killed worker had begun; another worker executed them again. */
  undone: number
  kills: number
  seconds: number
}

export interface AutomationsOptions {
  grants?: number
  kills?: number
  /** Average time between kills. */
  killEveryMs?: number
  /** Delay of each step, so that kills happen in the middle of steps. */
  stepMs?: number
  limitMs?: number
  /** A planted fault, which the trial must find. */
  fault?: Fault
}

/** The limit only ends what hangs. */
export const SHORT: AutomationsOptions = { grants: 60, kills: 2, stepMs: 10, limitMs: 300_000 }
/** With fewer grants, every kill may happen to fall between two steps. */
const ENOUGH_GRANTS = 1_000
const WORKERS = 2
const CLIENTS = 8
const CHECK_EVERY_MS = 250

export const automationsTrial: Trial = {
  name: 'automations',
  summary: 'grants start an automation of five steps while the workers that run it are killed',
  run: async ({ seed, isShort }) => resultOf(await automations(seed, isShort ? SHORT : {})),
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
  withTrialEnvironment(grants, async (environment) => {
    const { database, postgres, account, contacts } = environment
    const receiver = await startReceiver()
    await shortenWaits(database)
    await slowSteps(database, stepMs)
    const settings = { ALLOW_PRIVATE_TARGETS: '1' }
    const fleet = await startFleet(postgres.url, settings, { servers: 1, workers: WORKERS })
    const backgroundFault = await fault?.plant?.(postgres.url)
    const begun = performance.now()
    const recoveries: Recoveries = []
    try {
      const { url } = fleet.servers[0]!
      const token = await fetchToken(url, account)
      const fiveSteps = await createFiveSteps(url, token, environment, receiver.url)
      const end = begun + limitMs
      const isOver = () => recoveries.length >= kills || performance.now() > end
      const killing = killProcesses(fleet.workers, {
        everyMs: killEveryMs,
        random: seededRandom(seed, 'kills'),
        recoveries,
        isOver,
      })
      // However fast the machine is, there is work for every kill.
      const isWanted = (granted: number) =>
        granted / grants <= (recoveries.length + 1) / (kills + 1) || isOver()
      await grantToAll(url, token, contacts, fiveSteps, isWanted)
      await killing
      const waiting = await untilIdle(database, end)
      await backgroundFault?.end()
      const seconds = (performance.now() - begun) / 1_000
      const audit = await auditRuns(database, fiveSteps, grants)
      const { runs, steps } = audit
      const undone = (await countBegun(database)) - steps
      const made = recoveries.length
      const faults = [
        ...audit.faults,
        ...waiting,
        ...processErrorsOf(fleet, fault),
        ...(await violatedInvariants(postgres.url)),
        ...missed(`${made} of ${kills} kills in ${Math.round(seconds)} s`, made >= kills),
        ...missed(
          'every kill happened between two steps',
          grants < ENOUGH_GRANTS || kills === 0 || undone > 0,
        ),
      ]
      return findings(faults, { seed, grants, runs, steps, undone, kills: made, seconds })
    } finally {
      await fleet.stop()
      await receiver.close()
    }
  })

/** Planted faults cause errors too. */
const processErrorsOf = (fleet: Fleet, fault: Fault | undefined) => (fault ? [] : fleet.processErrors())

/** Shortens waits, which last at least a minute, to a second. */
async function shortenWaits(database: pg.Pool): Promise<void> {
  await database.query(`
    create function shorten_wait() returns trigger language plpgsql as $$
    begin
      new.due_at := now() + interval '1 second';
      return new;
    end $$;
    create trigger shorten_wait before update on automation_runs for each row
      when (new.reason = 'wait') execute function shorten_wait()`)
}

/** Delays each step, so that kills happen in the middle; counts begun steps, also those that are rolled back. */
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

/** @param isWanted whether to make another grant after this number of grants */
async function grantToAll(
  url: string,
  token: string,
  contacts: TrialEnvironment['contacts'],
  { offerId }: FiveSteps,
  isWanted: (granted: number) => boolean,
): Promise<void> {
  const agent = new Agent({ keepAlive: true })
  const left = [...contacts]
  const work = async () => {
    for (let contactId = left.pop(); contactId; contactId = left.pop()) {
      while (!isWanted(contacts.length - left.length)) await sleep(CHECK_EVERY_MS)
      const path = `/v1/contacts/${contactId}/relationships/offers`
      const response = await post(url, {
        token,
        path,
        agent,
        body: { data: [{ type: 'offers', id: offerId }] },
      })
      if (response?.status !== 200)
        throw new Error(`a grant got the response ${response?.status} ${response?.text}`)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, work))
  agent.destroy()
}

/**
 * Waits until nothing is pending. Leases of killed workers are ended early.
 *
 * @returns what is still pending at the end
 */
async function untilIdle(database: pg.Pool, end: number): Promise<string[]> {
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
    if (performance.now() > end) return waiting.map(({ what, count }) => `${count} ${what} are still pending`)
    await sleep(CHECK_EVERY_MS)
  }
}
