import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { referencesOf } from '../platform/events/events.ts'
import { pageDocument } from '../platform/jsonapi/document.ts'
import { toMany } from '../platform/jsonapi/field-types.ts'
import { identifier } from '../platform/jsonapi/identifiers.ts'
import { loadPage } from '../platform/jsonapi/load.ts'
import { type Resource, withoutExtensionAttributes } from '../platform/jsonapi/resource.ts'
import { describeEvent, type HookEvent } from './hook-events.ts'

/** The subject of a delivery, all of one site. */
export interface DeliverySubject {
  event: HookEvent
  /** For a step of an automation, what started the run. */
  event_id: string | null
  occurred_at: Date
  contact_id: string | null
  customer_id: string | null
  offer_id: string | null
  grant_id: string | null
  /** Of the event. */
  data: object | null
}

/**
 * The bodies of deliveries, in their order: the resources as the API shows each of them now. Of what is not there
 * any more, as a person who was deleted, only type and id. A few queries for each type, whatever their number.
 */
export async function bodiesOf(app: App, siteId: string, subjects: DeliverySubject[]): Promise<string[]> {
  const wanted = subjects.map((subject) => identifiersOf(subject))
  const shown = await showAll(app, siteId, wanted.flat())
  return subjects.map((subject, index) => {
    const payload = wanted[index]!.map((named) => shown.get(keyOf(named)) ?? named)
    return bodyOf(app, subject, payload)
  })
}

/** The body that shows nothing of what it names. */
export const bodyOfIdentifiers = (app: App, subject: DeliverySubject): string =>
  bodyOf(app, subject, identifiersOf(subject))

/** Without extensions the body has the three members that Kajabi documents, and no other. */
function bodyOf(
  { config }: App,
  { event, event_id, occurred_at }: DeliverySubject,
  payload: { id: string }[],
): string {
  const kajabi = { id: payload[0]!.id, event, payload }
  return JSON.stringify(config.EXTENSIONS ? { ...kajabi, event_id, occurred_at } : kajabi)
}

/** The body of a test: the sample of an event, marked as something that did not happen. */
export function testBodyOf(event: HookEvent, payload: { id: string }[], now: Date): string {
  return JSON.stringify({
    id: payload[0]!.id,
    event,
    payload,
    event_id: null,
    occurred_at: now,
    test: true,
  })
}

type Named = ReturnType<typeof identifier>

const keyOf = ({ type, id }: Named) => `${type} ${id}`

function identifiersOf(subject: DeliverySubject): Named[] {
  return describeEvent(subject.event).shows.flatMap((type) =>
    referencesOf(subject, type).map((id) => identifier(type, id)),
  )
}

async function showAll(app: App, siteId: string, named: Named[]): Promise<Map<string, Named>> {
  const types = Map.groupBy(named, ({ type }) => type)
  const shown = await Promise.all(
    [...types].map(([type, some]) => show(app, siteId, type, [...new Set(some.map(({ id }) => id))])),
  )
  return new Map(shown.flat().map((object) => [keyOf(object), object]))
}

async function show(app: App, siteId: string, type: string, ids: string[]): Promise<Named[]> {
  const { resources } = app
  const resource = resources.find(type)
  if (!resource) return []
  const scope = { siteIds: [siteId], now: app.clock.now(), baseUrl: app.publicUrl, resources }
  const query = {
    fields: {},
    include: {},
    narrowed: {},
    filters: [{ where: sql`r.id = any (${ids}::bigint[])` }],
    references: [],
    siteId: null,
    order: [{ by: sql`r.id`, descending: false, nullable: false }],
    page: { number: 1, size: ids.length },
    cursor: null,
    ignored: [],
  }
  const page = await loadPage(app.db, withAllRelationships(resource), query, scope)
  return pageDocument(page, query, {}, scope).data
}

/** The forms that grant each offer. */
const formsOfOffers = toMany(
  'forms',
  (offerIds, { siteIds }) => sql`
    select fo.offer_id as owner_id, f.id
      from form_offers fo join forms f on f.id = fo.form_id and f.site_id = fo.site_id and f.archived_at is null
     where fo.site_id = any (${siteIds}::bigint[]) and fo.offer_id = any (${offerIds}::bigint[])
     order by f.id`,
  { linkage: 'always' },
)

/** Relationships that Kajabi's webhooks show and its API does not, and the reverse. */
const SHOWN_BESIDE: Record<string, Resource['relationships']> = { offers: { forms: formsOfOffers } }
const NOT_SHOWN: Record<string, string[]> = {
  forms: ['offer', 'offers'],
  purchases: ['site', 'order'],
  transactions: ['site', 'order'],
  order_items: ['site', 'customer', 'offer'],
}

/** As one by one, and as Kajabi has it: lists leave out what is archived, and some of what resources are related to. */
const withAllRelationships = (resource: Resource): Resource => ({
  ...withoutExtensionAttributes(resource),
  listed: undefined,
  relationships: Object.fromEntries(
    Object.entries({ ...resource.relationships, ...SHOWN_BESIDE[resource.type] })
      .filter(([name]) => !NOT_SHOWN[resource.type]?.includes(name))
      .map(([name, relationship]) => [
        name,
        relationship.kind === 'many' ? { ...relationship, linkage: 'always' } : relationship,
      ]),
  ),
})
