import { setTimeout as sleep } from 'node:timers/promises'
import { Argument, type Command, Option } from 'commander'
import { readDeliveries, readEmails, readRuns } from '../operations/timeline/timeline-rows.ts'
import { contacts } from '../people/contacts/contacts.resource.ts'
import { deleteContact } from '../people/contacts/delete-contact.ts'
import { personalData } from '../personal-data.ts'
import type { App } from '../platform/app.ts'
import { MovableClock, readClock } from '../platform/clock/clock.ts'
import { inTransaction } from '../platform/db/database.ts'
import type { Event } from '../platform/events/events.ts'
import { findEvent, followLog, lastEventId } from '../platform/events/read-log.ts'
import { hookEventsOf } from '../webhooks/hook-events.ts'
import { type OutputOptions, print, subcommand } from './output.ts'
import { CAUSES, FIXTURE_DOMAIN, listOf, type Scene, type Wishes } from './trigger-causes.ts'
import { ACCOUNT_OPTION, chooseSite, findOperatorOf, OPERATOR, SITE_OPTION, withApp } from './with-app.ts'

/** Addresses of the contacts that this command makes. */
const FIXTURES = /^trigger(\+\w+)?@bestow\.example$/

const WAIT_MS = 30_000

const EVENTS = Object.keys(CAUSES)

interface TriggerOptions extends Wishes, OutputOptions {
  wait?: boolean
  cleanup?: boolean
  site?: string
  account?: string
}

export function triggerCommands(program: Command): void {
  subcommand(program, 'trigger', 'make an event happen, by a real change; in development')
    .addArgument(new Argument('[event]').choices(EVENTS))
    .addHelpText('after', `\nEvents: ${EVENTS.join(', ')}\n`)
    .option('--contact <contact>', 'the contact (id or e-mail); left out, one that is made for this command')
    .option('--offer <id>', 'the offer; left out, the first that can be granted')
    .option('--tag <id>', 'the tag; left out, the first')
    .option('--form <id>', 'the form; left out, the first')
    .option('--again', 'also when it is so already: undo it first')
    .option('--wait', 'until all of it is done, and print what followed')
    .addOption(new Option('--cleanup', 'delete the contacts that this command has made'))
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action(trigger)
}

async function trigger(name: string | undefined, options: TriggerOptions, command: Command): Promise<void> {
  const cause = name === undefined ? undefined : CAUSES[name]
  if (!cause && !options.cleanup) command.error(`error: Name an event: ${EVENTS.join(', ')}.`)
  await withApp('trigger', async (app) => {
    if (!(app.clock instanceof MovableClock) || !(await readClock(app.db)).isMovable)
      throw new Error(
        'Events can be triggered in development only, on a database that `bestow start` serves.',
      )
    const operator = await findOperatorOf(app, 'site', options.site ?? '', options.account)
    const siteId = chooseSite(operator.scope, options.site)
    const origin = { actor: OPERATOR, requestId: null, now: app.clock.now() }
    const scene = { app, operator, siteId, options, origin }
    if (cause) await perform(scene, name!, cause, options)
    if (options.cleanup) await cleanUp(scene, options)
  })
}

async function perform(
  scene: Scene,
  name: string,
  cause: (scene: Scene) => Promise<void>,
  options: TriggerOptions,
): Promise<void> {
  const { app, siteId } = scene
  const read = followLog(app.db, [siteId], await lastEventId(app.db, [siteId], null))
  await cause(scene)
  const events = await read()
  const event = events.find((one) => (hookEventsOf(one) as string[]).includes(name))
  if (!event) throw new Error(`The change did not cause ${name}.`)
  const followed = options.wait ? await effectsOf(app, siteId, idsAbout(event, events)) : []
  const { id, contact_id, customer_id, offer_id, grant_id } = event
  print(
    options,
    {
      event_id: id,
      event: name,
      contact_id,
      customer_id,
      offer_id,
      grant_id,
      ...(options.wait && { followed }),
    },
    [
      `event ${id} ${name}: ${aboutOf(event)}`,
      ...(options.wait ? [`then: ${followed.join(', ') || 'nothing'}`] : []),
    ],
  )
}

/** Of the event, and of those that the same change has recorded: a first grant also makes a customer. */
const idsAbout = (event: Event, events: Event[]): string[] =>
  events.filter(({ contact_id }) => contact_id === event.contact_id).map(({ id }) => id)

function aboutOf({ contact_id, offer_id, grant_id, data }: Event): string {
  const about = {
    grant: grant_id,
    contact: contact_id,
    offer: offer_id,
    tag: (data as { tag_id?: string }).tag_id ?? null,
  }
  return Object.entries(about)
    .flatMap(([what, id]) => (id === null ? [] : [`${what} ${id}`]))
    .join(', ')
}

type Dispatched = Event & { dispatched_at: Date | null }

/** Waits for the server, which does the rest. */
async function effectsOf(app: App, siteId: string, ids: string[]): Promise<string[]> {
  for (const end = performance.now() + WAIT_MS; performance.now() < end; await sleep(100)) {
    const events = await Promise.all(ids.map((id) => findEvent(app.db, [siteId], id)))
    if (events.some((event) => !(event as Dispatched | null)?.dispatched_at)) continue
    const runs = await readRuns(app.db, siteId, ids)
    const runIds = runs.map((run) => run.id)
    const emails = await readEmails(app.db, siteId, ids, runIds)
    const deliveries = await readDeliveries(app.db, siteId, ids, runIds)
    const isPending = [...emails, ...deliveries].some(
      ({ status, attempts }) => status === 'pending' && attempts === 0,
    )
    if (isPending) continue
    return [
      ...emails.map(({ id, kind, status }) => `e-mail ${id} ${kind} (${status})`),
      ...deliveries.map(({ id, status }) => `delivery ${id} (${status})`),
      ...runs.map(({ id, automation_name, status }) => `run ${id} of ${automation_name ?? '-'} (${status})`),
    ]
  }
  throw new Error(
    `The change was recorded (event ${ids.join(', ')}), but its effects were not processed within ${WAIT_MS / 1000} s. Does \`bestow start\` run?`,
  )
}

async function cleanUp(scene: Scene, options: OutputOptions): Promise<void> {
  const { app, siteId, origin } = scene
  const found = await listOf(scene, contacts, { 'filter[search]': FIXTURE_DOMAIN })
  const fixtures = found.filter(({ email }) => FIXTURES.test(String(email)))
  for (const { id } of fixtures)
    await inTransaction(app.db, (tx) => deleteContact(tx, [siteId], id, origin, personalData))
  const deleted = fixtures.map(({ email }) => email)
  print(options, { deleted }, `Deleted ${deleted.length} ${deleted.length === 1 ? 'contact' : 'contacts'}.`)
}
