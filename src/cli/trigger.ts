import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import { offers } from '../catalogue/offers/offers.resource.ts'
import { type ChangeOffers, changeOffers } from '../grants/change-offers.ts'
import { readDeliveries, readEmails, readRuns } from '../operations/timeline/timeline-rows.ts'
import { type Contact, contactRows, contacts } from '../people/contacts/contacts.resource.ts'
import { createContact } from '../people/contacts/create-contact.ts'
import { deleteContact } from '../people/contacts/delete-contact.ts'
import { ensureContact } from '../people/contacts/ensure-contact.ts'
import { updateContact } from '../people/contacts/update-contact.ts'
import { changeTagsOfContact } from '../people/tags/change-tags-of-contact.ts'
import { contactTags } from '../people/tags/contact-tags.resource.ts'
import { personalData } from '../personal-data.ts'
import type { App } from '../platform/app.ts'
import { MovableClock, parseDuration, readClock } from '../platform/clock/clock.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'
import type { Event, Origin } from '../platform/events/events.ts'
import { findEvent, followLog, lastEventId } from '../platform/events/read-log.ts'
import { loadPage } from '../platform/jsonapi/load.ts'
import { parseQuery } from '../platform/jsonapi/query.ts'
import type { Resource, Row } from '../platform/jsonapi/resource.ts'
import { lockOne } from '../platform/records/lock-one.ts'
import { hookEventsOf } from '../webhooks/hook-events.ts'
import { findContactId } from './contacts.ts'
import { type OutputOptions, print, subcommand } from './output.ts'
import {
  ACCOUNT_OPTION,
  chooseSite,
  findOperatorOf,
  OPERATOR,
  type Operator,
  SITE_OPTION,
  withApp,
} from './with-app.ts'

/** Addresses of the contacts that this command makes, which --cleanup deletes. */
const FIXTURE_DOMAIN = '@bestow.example'
const FIXTURE = `trigger${FIXTURE_DOMAIN}`
const FIXTURES = /^trigger(\+\w+)?@bestow\.example$/

const newFixture = (): string => `trigger+${randomUUID().slice(0, 8)}${FIXTURE_DOMAIN}`

const WAIT_MS = 30_000

interface TriggerOptions extends OutputOptions {
  contact?: string
  offer?: string
  tag?: string
  again?: boolean
  wait?: boolean
  cleanup?: boolean
  site?: string
  account?: string
}

interface Scene {
  app: App
  operator: Operator
  siteId: string
  options: TriggerOptions
  origin: Origin
}

/** How each event is caused: by what causes it otherwise, too. */
const CAUSES: Record<string, (scene: Scene) => Promise<void>> = {
  contact_created: (scene) => createFixture(scene, newFixture()),
  contact_updated: changeName,
  customer_created: (scene) => grantToNewContact(scene),
  offer_granted: (scene) => changeOffer(scene, 'grant', false),
  gift_granted: (scene) => changeOffer(scene, 'grant', true),
  offer_revoked: (scene) => changeOffer(scene, 'revoke', false),
  access_extended: extendAccess,
  tag_added: (scene) => changeTag(scene, 'add'),
  tag_removed: (scene) => changeTag(scene, 'remove'),
}

export function triggerCommands(program: Command): void {
  subcommand(program, 'trigger [event]', 'make an event happen, by a real change; in development')
    .addHelpText('after', `\nEvents: ${Object.keys(CAUSES).join(', ')}\n`)
    .option('--contact <contact>', 'the contact (id or e-mail); left out, one that is made for this command')
    .option('--offer <id>', 'the offer; left out, the first that can be granted')
    .option('--tag <id>', 'the tag; left out, the first')
    .option('--again', 'also when it is so already: undo it first')
    .option('--wait', 'until all of it is done, and print what followed')
    .addOption(new Option('--cleanup', 'delete the contacts that this command has made'))
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action(trigger)
}

async function trigger(name: string | undefined, options: TriggerOptions): Promise<void> {
  const cause = name === undefined ? undefined : CAUSES[name]
  if (name !== undefined && !cause)
    throw new Error(`"${name}" cannot be triggered. There are ${Object.keys(CAUSES).join(', ')}.`)
  if (!cause && !options.cleanup) throw new Error(`Name an event: ${Object.keys(CAUSES).join(', ')}.`)
  await withApp('trigger', async (app) => {
    if (!(app.clock instanceof MovableClock) || !(await readClock(app.db)).isMovable)
      throw new Error(
        'Events can be triggered in development only, on a database that `bestow start` serves.',
      )
    const operator = await findOperatorOf(app, 'site', options.site ?? '', options.account)
    const siteId = chooseSite(operator.scope, options.site)
    const origin = { actor: OPERATOR, requestId: null, now: app.clock.now() }
    const scene = { app, operator, siteId, options, origin }
    if (cause) await perform(scene, name!, cause)
    if (options.cleanup) await cleanUp(scene)
  })
}

async function perform(scene: Scene, name: string, cause: (scene: Scene) => Promise<void>): Promise<void> {
  const { app, siteId, options } = scene
  const read = followLog(app.db, [siteId], await lastEventId(app.db, [siteId], null))
  await cause(scene)
  const events = await read()
  const event = events.find((one) => (hookEventsOf(one) as string[]).includes(name))
  if (!event) throw new Error(`The change did not cause ${name}.`)
  const followed = options.wait ? await effectsOf(app, event) : []
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

/** Waits for the server, which does the rest. */
async function effectsOf(app: App, { id, site_id: siteId }: Event): Promise<string[]> {
  for (const end = performance.now() + WAIT_MS; performance.now() < end; await sleep(100)) {
    const event = (await findEvent(app.db, [siteId], id)) as (Event & { dispatched_at: Date | null }) | null
    if (!event?.dispatched_at) continue
    const runs = await readRuns(app.db, siteId, [id])
    const runIds = runs.map((run) => run.id)
    const emails = await readEmails(app.db, siteId, [id], runIds)
    const deliveries = await readDeliveries(app.db, siteId, [id], runIds)
    const isPending = [...emails, ...deliveries].some(
      ({ status, attempts }) => status === 'pending' && attempts === 0,
    )
    if (isPending) continue
    return [
      ...emails.map(({ id: email, kind, status }) => `e-mail ${email} ${kind} (${status})`),
      ...deliveries.map(({ id: delivery, status }) => `delivery ${delivery} (${status})`),
      ...runs.map(
        ({ id: run, automation_name, status }) => `run ${run} of ${automation_name ?? '-'} (${status})`,
      ),
    ]
  }
  throw new Error(
    `Event ${id} was recorded, but its effects were not processed within ${WAIT_MS / 1000} s. Does \`bestow start\` run?`,
  )
}

/** The contact of the command: the one that is named, or one that it makes once and uses again. */
async function contactOf({ app, operator, siteId, options, origin }: Scene): Promise<string> {
  if (options.contact !== undefined) return findContactId(app, operator, options.contact, siteId)
  const values = { name: 'Trigger Test', email: FIXTURE }
  const { contact } = await inTransaction(app.db, (tx) => ensureContact(tx, siteId, values, origin))
  return contact.id
}

async function createFixture({ app, siteId, origin }: Scene, email: string): Promise<void> {
  await inTransaction(app.db, (tx) => createContact(tx, siteId, { name: 'Trigger Test', email }, origin))
}

async function changeName(scene: Scene): Promise<void> {
  const { app, siteId, origin } = scene
  const id = await contactOf(scene)
  await inTransaction(app.db, async (tx) => {
    const contact = await lockOne<Contact>(tx, contactRows, [siteId], id)
    // Another one each time: what is so already is no change.
    const address_line_1 = `${randomUUID().slice(0, 4)} Trigger Street`
    await updateContact(tx, contact, { values: { address_line_1 } }, origin)
  })
}

async function grantToNewContact(scene: Scene): Promise<void> {
  if (scene.options.contact !== undefined) return changeOffer(scene, 'grant', false)
  const email = newFixture()
  await createFixture(scene, email)
  await changeOffer({ ...scene, options: { ...scene.options, contact: email } }, 'grant', false)
}

async function offerOf(scene: Scene, isGift: boolean): Promise<string> {
  if (scene.options.offer !== undefined) return scene.options.offer
  const found = (await listOf(scene, offers, {})).find((row) => row.is_gift === isGift)
  if (found) return found.id
  throw new Error(`There is no ${isGift ? 'gift ' : ''}offer that can be granted; name one with --offer.`)
}

async function change(scene: Scene, mode: 'grant' | 'revoke', offerId: string, more: object = {}) {
  const wanted: ChangeOffers = {
    mode,
    offerIds: [offerId],
    caller: { account_id: scene.operator.accountId },
    subject: { parent: 'contacts', id: await contactOf(scene) },
    options: { actor: OPERATOR, source: 'cli', request_id: null, ...more },
    idempotency: null,
  }
  const outcome = await changeOffers(scene.app, wanted)
  if (outcome.error === 'offer_not_found')
    throw new Error(`There is no offer ${offerId} that can be granted.`)
  if (outcome.error === 'subject_not_found') throw new Error(`There is no contact ${scene.options.contact}.`)
  if (outcome.error) throw new Error(`The offer could not be changed: ${outcome.error}.`)
  return outcome
}

async function changeOffer(scene: Scene, mode: 'grant' | 'revoke', isGift: boolean): Promise<void> {
  const offerId = await offerOf(scene, isGift)
  const other = mode === 'grant' ? 'revoke' : 'grant'
  const done = await change(scene, mode, offerId)
  const isChanged = mode === 'grant' ? done.offers?.[0]?.status === 'granted' : done.revoked.length > 0
  if (isChanged) return
  if (!scene.options.again)
    throw new Error(
      `The contact ${mode === 'grant' ? 'holds' : 'does not hold'} the offer ${offerId} already; --again undoes that first.`,
    )
  await change(scene, other, offerId)
  await change(scene, mode, offerId)
}

async function extendAccess(scene: Scene): Promise<void> {
  const offerId = await offerOf(scene, false)
  const inDays = (days: string) => new Date(scene.origin.now.getTime() + parseDuration(days)).toISOString()
  // An end that is not later than before is no extension.
  await change(scene, 'revoke', offerId)
  await change(scene, 'grant', offerId, { expires_at: inDays('30d') })
  await change(scene, 'grant', offerId, { expires_at: inDays('60d') })
}

async function changeTag(scene: Scene, mode: 'add' | 'remove'): Promise<void> {
  const { app, siteId, options, origin } = scene
  const tag = options.tag ?? (await firstTag(scene))
  const id = await contactOf(scene)
  await inTransaction(app.db, async (tx: Tx) => {
    const contact = await lockOne<Contact>(tx, contactRows, [siteId], id)
    const set = (one: 'add' | 'remove') =>
      changeTagsOfContact(tx, contact, { mode: one, tagIds: [tag], pointer: '/data' }, origin)
    const { added, removed } = await set(mode)
    if (added.length + removed.length > 0) return
    if (!options.again)
      throw new Error(
        `The contact ${mode === 'add' ? 'has' : 'does not have'} the tag ${tag} already; --again undoes that first.`,
      )
    await set(mode === 'add' ? 'remove' : 'add')
    await set(mode)
  })
}

async function firstTag(scene: Scene): Promise<string> {
  const [found] = await listOf(scene, contactTags, {})
  if (found) return found.id
  throw new Error('There is no tag; make one with `bestow tags create --name Test`.')
}

/** Resources of the site that are not archived, in the order of their ids. */
async function listOf(
  { app, siteId, operator: { scope } }: Scene,
  resource: Resource,
  parameters: Record<string, string>,
): Promise<Row[]> {
  const query = parseQuery(resource, { 'filter[site_id]': siteId, 'page[size]': '500', ...parameters }, scope)
  const { rows } = (await loadPage(app.db, resource, query, scope)).primary
  return rows.toSorted((one, other) => Number(one.id) - Number(other.id))
}

async function cleanUp(scene: Scene): Promise<void> {
  const { app, siteId, options, origin } = scene
  const found = await listOf(scene, contacts, { 'filter[search]': FIXTURE_DOMAIN })
  const fixtures = found.filter(({ email }) => FIXTURES.test(String(email)))
  for (const { id } of fixtures)
    await inTransaction(app.db, (tx) => deleteContact(tx, [siteId], id, origin, personalData))
  const deleted = fixtures.map(({ email }) => email)
  print(options, { deleted }, `Deleted ${deleted.length} ${deleted.length === 1 ? 'contact' : 'contacts'}.`)
}
