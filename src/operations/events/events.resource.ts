import { type RawBuilder, sql } from 'kysely'
import { Type } from 'typebox'
import { ofCustomer } from '../../people/customers/of-customer.ts'
import { describeType, eventTypes, PERSONAL_EVENT_DATA } from '../../platform/events/events.ts'
import { integer, nullableText, related, text, timestamp, toOne } from '../../platform/jsonapi/field-types.ts'
import { readId } from '../../platform/jsonapi/identifiers.ts'
import { comparisons } from '../../platform/jsonapi/operators.ts'
import { defineResource, type Filter, type Scope } from '../../platform/jsonapi/resource.ts'

/** The log has an index by contact and one by cause; an array is known before they are searched. */
const withContact = (contact: RawBuilder<unknown>, condition: RawBuilder<unknown>) =>
  sql`r.contact_id = any (array(${contact})) and ${condition}`

const ofGrant = (id: string, { siteIds }: Scope) =>
  withContact(
    sql`select c.contact_id from offer_grants g join customers c on c.site_id = g.site_id and c.id = g.customer_id
         where g.id = ${id} and g.site_id = any (${siteIds}::bigint[])`,
    sql`r.grant_id = ${id}`,
  )

const ofRun = (id: string, { siteIds }: Scope) => sql`r.run_id = ${id} and r.caused_by = any (array(
  select a.event_id from automation_runs a where a.id = ${id} and a.site_id = any (${siteIds}::bigint[])))`

const ofType: Filter = {
  description: `One or more of ${eventTypes.join(', ')}, separated by commas`,
  build(value) {
    const types = value.split(',').map((type) => type.trim())
    const unknown = types.find((type) => !(eventTypes as string[]).includes(type))
    if (unknown !== undefined) throw new Error(`must be one or more of ${eventTypes.join(', ')}`)
    const [only, another] = types
    // The index gives the order, too, of a plain equality alone.
    const isOne = another === undefined ? sql`r.type = ${only}` : sql`r.type = any (${types}::text[])`
    return {
      where: types.some((type) => MOST_RECORDED.includes(type)) ? isOne : sql`${isOne} and ${IS_RARE}`,
    }
  },
}

/** What a grant records: most of the log, which the index of types leaves out. */
const MOST_RECORDED = ['offer_granted', 'customer_created']
const IS_RARE = sql`r.type <> 'offer_granted' and r.type <> 'customer_created'`

/** The index of actors leaves out API keys and automations. */
const ofActor: Filter = {
  description: 'Caused by this actor, as in `api_key:1`',
  build: (value) => ({
    where: /^(?:api_key|automation):/.test(value)
      ? sql`r.actor = ${value}`
      : sql`r.actor = ${value} and r.actor not like 'api\\_key:%' and r.actor not like 'automation:%'`,
  }),
}

/** Without the rows that take a permission that the caller lacks: those about the team are not for everybody. */
function permitted(permissions: string[]): RawBuilder<unknown> | undefined {
  const hidden = eventTypes.filter((name) => {
    const { viewedWith } = describeType(name)
    return viewedWith !== undefined && !permissions.includes(viewedWith)
  })
  return hidden.length === 0 ? undefined : sql`r.type <> all (${hidden}::text[])`
}

export const events = defineResource({
  type: 'events',
  singular: 'event',
  isManaged: false,
  description:
    'An entry of the event log: what happened, when, to which contact, and who or what caused it. `data` depends on the type and contains no personal data. Those about users, hooks and templates need the permission to view these, too. Events are kept for `KEEP_EVENTS_DAYS`.',
  from: sql`events r`,
  restrictedTo: permitted,
  attributes: {
    event: text(sql`r.type`),
    occurred_at: timestamp(),
    actor: text(),
    request_id: nullableText(),
    address: nullableText(),
    depth: integer(),
    data: {
      schema: Type.Record(Type.String(), Type.Unknown()),
      select: sql`r.data - ${PERSONAL_EVENT_DATA}::text[]`,
    },
  },
  relationships: {
    site: toOne('sites', sql`r.site_id`),
    contact: toOne('contacts', sql`r.contact_id`),
    customer: toOne('customers', sql`r.customer_id`),
    offer: toOne('offers', sql`r.offer_id`),
    grant: toOne('grants', sql`r.grant_id`),
    cause: toOne('events', sql`r.caused_by`),
    run: toOne('automation_runs', sql`r.run_id`),
  },
  filters: {
    event: ofType,
    contact_id: related(sql`r.contact_id`, 'contacts', 'About this contact'),
    customer_id: {
      ...ofCustomer(sql`r.contact_id`, 'About this customer'),
      build: (value, scope) => ({
        where: sql`${ofCustomer(sql`r.contact_id`, '').build(value, scope).where} and r.customer_id = ${readId(value)}`,
      }),
    },
    offer_id: related(sql`r.offer_id`, 'offers', 'About this offer'),
    grant_id: {
      description: 'About this grant',
      refersTo: 'grants',
      build: (value, scope) => ({ where: ofGrant(readId(value), scope) }),
    },
    actor: ofActor,
    caused_by: related(sql`r.caused_by`, 'events', 'Caused directly by this event'),
    run_id: {
      description: 'Caused by this automation run',
      refersTo: 'automation_runs',
      build: (value, scope) => ({ where: ofRun(readId(value), scope) }),
    },
    // An event is created when it occurs.
    ...comparisons('created_at', sql`r.occurred_at`, 'time'),
  },
  filterable: { actor: 'text' },
  sorts: { occurred_at: sql`r.occurred_at`, created_at: sql`r.occurred_at` },
  // The order of the primary key: an index by time would have to be written with every grant.
  defaultSort: '-id',
})
