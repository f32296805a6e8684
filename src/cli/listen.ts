import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Agent } from 'undici'
import type { App } from '../platform/app.ts'
import { parseDuration, systemClock } from '../platform/clock/clock.ts'
import { whenAvailable } from '../platform/db/database.ts'
import type { Event } from '../platform/events/events.ts'
import { findEvent, followLog, lastEventId } from '../platform/events/read-log.ts'
import { commaSeparated } from '../platform/text/comma-separated.ts'
import { VERSION } from '../platform/version.ts'
import { bodiesOf } from '../webhooks/bodies.ts'
import { openConnections } from '../webhooks/connections.ts'
import { type HookEvent, hookEvents, hookEventsOf } from '../webhooks/hook-events.ts'
import { type Answered, post } from '../webhooks/post.ts'
import { signatureHeaders, signingKey } from '../webhooks/signing.ts'
import { type OutputOptions, print, subcommand } from './output.ts'
import { ACCOUNT_OPTION, chooseSite, findOperatorOf, SITE_OPTION, withApp } from './with-app.ts'

const POLL_MS = 250
/** How long a database that is away is waited for: as long as a restart of the server takes, and more. */
const PATIENCE_MS = 10 * 60_000
const CONNECT_TIMEOUT_MS = 5_000

interface ListenOptions extends OutputOptions {
  forwardTo?: string
  events?: string
  since?: string
  replay?: string
  exitAfter?: string
  timeout?: string
  site?: string
  account?: string
}

interface Listening {
  app: App
  siteIds: string[]
  target: URL | null
  /** Null: all. */
  names: HookEvent[] | null
  secret: string
  options: ListenOptions
}

export function listenCommands(program: Command): void {
  subcommand(program, 'listen', 'print events as they happen, and send them to your webhook receiver')
    .option('--forward-to <url>', 'POST each event there, signed as a webhook; may be of this machine')
    .option('--events <names>', 'only these, separated by commas, for example offer_granted,tag_added')
    .option('--since <duration>', 'begin so long ago, for example 10m')
    .option('--replay <event>', 'send one event (id) again, and end; with 1 when it is not accepted')
    .option('--exit-after <count>', 'end after so many events')
    .option(
      '--timeout <duration>',
      'end after so long; with 1 when there were fewer events than --exit-after',
    )
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action(listen)
}

async function listen(options: ListenOptions): Promise<void> {
  const target = options.forwardTo === undefined ? null : parseTarget(options.forwardTo)
  const names = options.events === undefined ? null : parseNames(options.events)
  const isMet = await withApp('listen', async (app) => {
    const { scope } = await findOperatorOf(app, 'site', options.site ?? '', options.account)
    const siteIds = options.site === undefined ? scope.siteIds : [chooseSite(scope, options.site)]
    const listening = { app, siteIds, target, names, secret: secretOf(app), options }
    const agent = openConnections({ allowsPrivate: true, connectTimeoutMs: CONNECT_TIMEOUT_MS })
    try {
      return await (options.replay === undefined
        ? follow(listening, agent)
        : replay(listening, agent, options.replay))
    } finally {
      await agent.destroy()
    }
  })
  if (!isMet) process.exitCode = 1
}

function parseTarget(given: string): URL {
  const url = URL.parse(given)
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new Error(`--forward-to must be an address such as http://localhost:4000/hooks, not "${given}".`)
}

function parseNames(given: string): HookEvent[] {
  const names = commaSeparated(given)
  const unknown = names.find((name) => !(hookEvents as string[]).includes(name))
  if (unknown !== undefined || names.length === 0)
    throw new Error(
      `--events "${given}": there is no event "${unknown ?? ''}"; there are ${hookEvents.join(', ')}.`,
    )
  return names as HookEvent[]
}

/** The same each time on the same server: a receiver that has it needs no new one. */
const secretOf = ({ linkKey }: App): string =>
  `whsec_${createHmac('sha256', linkKey).update('bestow listen').digest('base64')}`

/** @returns whether there were as many events as `--exit-after` asks for */
async function follow(listening: Listening, agent: Agent): Promise<boolean> {
  const { app, siteIds, target, secret, options } = listening
  const most = options.exitAfter === undefined ? Number.POSITIVE_INFINITY : parseCount(options.exitAfter)
  const end = options.timeout === undefined ? null : performance.now() + parseDuration(options.timeout)
  const since =
    options.since === undefined ? null : new Date(app.clock.now().getTime() - parseDuration(options.since))
  const read = followLog(app.db, siteIds, await lastEventId(app.db, siteIds, since))
  process.stderr.write(`${target ? `Signing secret ${secret}  ` : ''}Waiting for events. Ctrl-C stops.\n`)
  let shown = 0
  while (end === null || performance.now() < end) {
    for (const event of await whenAvailable(read, PATIENCE_MS)) {
      shown += (await show(listening, agent, event)).length
      if (shown >= most) return true
    }
    await sleep(POLL_MS)
  }
  return options.exitAfter === undefined
}

function parseCount(given: string): number {
  if (/^[1-9]\d{0,6}$/.test(given)) return Number(given)
  throw new Error(`--exit-after must be a number of events, not "${given}".`)
}

async function replay(listening: Listening, agent: Agent, id: string): Promise<boolean> {
  const { app, siteIds } = listening
  const event = /^\d{1,18}$/.test(id) ? await findEvent(app.db, siteIds, id) : null
  if (!event) throw new Error(`There is no event ${id}.`)
  const answers = await show(listening, agent, event)
  if (answers.length === 0) throw new Error(`Event ${id} (${event.type}) is none that webhooks are sent for.`)
  return answers.every((answer) => answer === null || isSuccess(answer))
}

const isSuccess = ({ status }: Answered) => status !== null && status >= 200 && status < 300

/** Prints an event under each name that webhooks are sent under, and forwards it. @returns the answers */
async function show(
  { app, target, names, secret, options }: Listening,
  agent: Agent,
  event: Event,
): Promise<(Answered | null)[]> {
  const answers: (Answered | null)[] = []
  for (const name of hookEventsOf(event)) {
    if (names && !names.includes(name)) continue
    const [body] = await bodiesOf(app, event.site_id, [{ ...event, event: name, event_id: event.id }])
    const answered = target && (await forward(agent, target, secret, { event, name, body: body! }))
    answers.push(answered)
    const result = answered && {
      status: answered.status,
      error: answered.error,
      duration_ms: answered.durationMs,
    }
    print(options, { event: JSON.parse(body!), ...result }, lineOf(event, name, body!, answered))
  }
  return answers
}

const forward = (
  agent: Agent,
  url: URL,
  secret: string,
  { event, name, body }: { event: Event; name: string; body: string },
): Promise<Answered> => {
  const id = `msg_${event.site_id}_event_${event.id}_${name}`
  const headers = {
    'content-type': 'application/json',
    'user-agent': `Bestow/${VERSION}`,
    ...signatureHeaders({ id, at: systemClock.now(), body }, [signingKey(secret)]),
  }
  return post(agent, { url, headers, body })
}

interface Shown {
  id: string
  type: string
  attributes?: { email?: string }
}

function lineOf(event: Event, name: string, body: string, answered: Answered | null): string {
  const { payload } = JSON.parse(body) as { payload: Shown[] }
  const [first] = payload
  const email = payload.find(({ attributes }) => attributes?.email)?.attributes?.email
  return [
    event.occurred_at.toISOString().slice(11, 19),
    `#${event.id}`,
    name,
    [first && `${first.type} ${first.id}`, email].filter(Boolean).join(' '),
    ...(answered ? [String(answered.status ?? answered.error), `${answered.durationMs} ms`] : []),
  ].join('  ')
}
