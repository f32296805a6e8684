import { sql } from 'kysely'
import { anyOf, type Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { originRow } from '../../platform/events/origin-row.ts'
import type { ContactValues } from './contact-attributes.ts'
import { recordCreated } from './ensure-contacts.ts'
import { findContactsByEmail } from './find-contact.ts'

/** What is known about somebody who is to be a contact; what is left out stays, or is blank. */
export interface PersonToPut extends ContactValues {
  /** As parseEmailAddress() reads it. */
  email: string
  /** Used where it is free; null: the server chooses. */
  id: string | null
  created_at: Date | null
}

export interface PutContact {
  contactId: string
  isNew: boolean
  /** Names of the attributes of an existing contact that have changed. */
  changed: string[]
}

/**
 * Creates contacts of a site, or adds what is known about them to those that there are, many at a time. Nothing is
 * erased, and nobody who does not take marketing e-mails is subscribed to them.
 *
 * @param people no e-mail twice
 * @param siteIds all sites of the account: an id is used once in it
 * @returns what became of each, in their order
 */
export async function putContacts(
  tx: Tx,
  { siteId, siteIds }: { siteId: string; siteIds: string[] },
  people: PersonToPut[],
  origin: Origin,
): Promise<PutContact[]> {
  const emails = people.map(({ email }) => email)
  const known = await findContactsByEmail(tx, siteId, emails)
  const missing = people.filter(({ email }) => !known.has(email))
  const created = await insertContacts(tx, siteId, await withFreeIds(tx, siteIds, missing), origin)
  // Somebody else has created these in this moment.
  const others = missing.filter(({ email }) => !created.has(email)).map(({ email }) => email)
  for (const [email, id] of await findContactsByEmail(tx, siteId, others)) known.set(email, id)
  const existing = people.filter(({ email }) => known.has(email))
  const changed = await updateContacts(
    tx,
    siteId,
    existing.map((person) => ({ id: known.get(person.email)!, person })),
    origin,
  )
  return people.map(({ email }) => {
    const id = created.get(email)
    if (id !== undefined) return { contactId: id, isNew: true, changed: [] }
    const contactId = known.get(email)!
    return { contactId, isNew: false, changed: changed.get(contactId) ?? [] }
  })
}

/** Without ids that the account has, or that are here twice. */
async function withFreeIds(tx: Tx, siteIds: string[], people: PersonToPut[]): Promise<PersonToPut[]> {
  const wanted = people.flatMap(({ id }) => id ?? [])
  if (wanted.length === 0) return people
  const rows = await tx
    .selectFrom('contacts')
    .select('id')
    .where('id', '=', anyOf(wanted))
    .where('site_id', '=', anyOf(siteIds))
    .execute()
  const taken = new Set(rows.map(({ id }) => id))
  return people.map((person) => {
    if (person.id === null) return person
    const isTaken = taken.has(person.id)
    taken.add(person.id)
    return isTaken ? { ...person, id: null } : person
  })
}

/** Columns of contacts that can be set, as they are in a row of JSON. */
const COLUMNS = sql`name text, subscribed boolean, phone_number text, business_number text, mobile_phone_number text,
  address_line_1 text, address_line_2 text, address_city text, address_state text, address_country text,
  address_zip text, custom jsonb`
const LINES = [
  'phone_number',
  'business_number',
  'mobile_phone_number',
  'address_line_1',
  'address_line_2',
  'address_city',
  'address_state',
  'address_country',
  'address_zip',
] as const

/** @returns ids by e-mail of those that nobody else has created at the same moment */
async function insertContacts(
  tx: Tx,
  siteId: string,
  people: PersonToPut[],
  origin: Origin,
): Promise<Map<string, string>> {
  if (people.length === 0) return new Map()
  const lines = sql.join(LINES.map((name) => sql.ref(name)))
  // In this order, so that two that create the same contacts cannot deadlock.
  const { rows } = await sql<{ id: string; email: string }>`
    insert into contacts (id, site_id, email, name, subscribed, ${lines}, custom, created_at, updated_at)
    select coalesce(p.id, nextval(pg_get_serial_sequence('contacts', 'id'))), ${siteId}, p.email, coalesce(p.name, ''),
           coalesce(p.subscribed, false), ${lines}, coalesce(p.custom, '{}'), coalesce(p.created_at, ${origin.now}),
           ${origin.now}
      from jsonb_to_recordset(${JSON.stringify(people)}::jsonb)
           p (id bigint, email text, created_at timestamptz, ${COLUMNS})
     order by p.email
    on conflict do nothing
    returning id, email`.execute(tx)
  await recordCreated(
    tx,
    siteId,
    rows.map(({ id }) => ({ id, origin })),
  )
  return new Map(rows.map(({ id, email }) => [email, id]))
}

interface KnownPerson {
  id: string
  person: PersonToPut
}

type Row = { id: string; name: string; subscribed: boolean; custom: Record<string, string> } & {
  [Name in (typeof LINES)[number]]: string | null
}

/** @returns the names of the attributes that have changed, by contact */
async function updateContacts(
  tx: Tx,
  siteId: string,
  people: KnownPerson[],
  origin: Origin,
): Promise<Map<string, string[]>> {
  // Read first, and locked only where something differs: who is locked waits for grants, and they for them.
  const differing = await differences(tx, siteId, people, { locked: false })
  if (differing.length === 0) return new Map()
  const ids = new Set(differing.map(({ id }) => id))
  const changes = await differences(
    tx,
    siteId,
    people.filter(({ id }) => ids.has(id)),
    { locked: true },
  )
  const list = JSON.stringify(changes.map(({ id, values }) => ({ id, ...values })))
  const lines = sql.join(
    LINES.map((name) => sql`${sql.ref(name)} = coalesce(p.${sql.ref(name)}, c.${sql.ref(name)})`),
  )
  await sql`
    update contacts c
       set name = coalesce(p.name, c.name), subscribed = coalesce(p.subscribed, c.subscribed), ${lines},
           custom = c.custom || coalesce(p.custom, '{}'), updated_at = ${origin.now}
      from jsonb_to_recordset(${list}::jsonb) p (id bigint, ${COLUMNS})
     where c.id = p.id and c.site_id = ${siteId}`.execute(tx)
  // Name and e-mail of a customer are those of the contact.
  await sql`
    update customers c set name = p.name, updated_at = ${origin.now}
      from jsonb_to_recordset(${list}::jsonb) p (id bigint, name text)
     where c.contact_id = p.id and c.site_id = ${siteId} and p.name is not null`.execute(tx)
  const named = changes.map(({ id, values: { custom, ...columns } }) => ({
    id,
    changed: [...Object.keys(columns), ...Object.keys(custom ?? {})],
  }))
  await recordUpdated(tx, siteId, named, origin)
  return new Map(named.map(({ id, changed }) => [id, changed]))
}

interface Difference {
  id: string
  values: Omit<ContactValues, 'email'>
}

/** Of what is known, that which the contacts lack; a contact that two addresses lead to has that of both. */
async function differences(
  tx: Tx,
  siteId: string,
  people: KnownPerson[],
  { locked }: { locked: boolean },
): Promise<Difference[]> {
  const lines = sql.join(LINES.map((name) => sql.ref(name)))
  const { rows } = await sql<Row>`
    select id, name, subscribed, custom, ${lines} from contacts
     where id = any (${people.map(({ id }) => id)}::bigint[]) and site_id = ${siteId} and deleted_at is null
     order by id ${locked ? sql`for update` : sql``}`.execute(tx)
  const wanted = Map.groupBy(people, ({ id }) => id)
  return rows.flatMap((row) => {
    const values = differenceOf(
      row,
      wanted.get(row.id)!.map(({ person }) => person),
    )
    return Object.keys(values).length > 0 ? [{ id: row.id, values }] : []
  })
}

function differenceOf(row: Row, people: PersonToPut[]): Omit<ContactValues, 'email'> {
  const values: Omit<ContactValues, 'email'> = {}
  const custom: Record<string, string | null> = {}
  for (const person of people) {
    if (person.name) values.name = person.name
    if (person.subscribed === false) values.subscribed = false
    for (const name of LINES) if (person[name]) values[name] = person[name]
    Object.assign(custom, person.custom)
  }
  const differing = Object.entries(values).filter(([name, value]) => value !== row[name as keyof Row])
  const differingCustom = Object.entries(custom).filter(
    ([handle, value]) => value !== (row.custom[handle] ?? null),
  )
  return {
    ...Object.fromEntries(differing),
    ...(differingCustom.length > 0 && { custom: Object.fromEntries(differingCustom) }),
  }
}

async function recordUpdated(
  tx: Tx,
  siteId: string,
  contacts: { id: string; changed: string[] }[],
  origin: Origin,
): Promise<void> {
  const row = JSON.stringify(originRow(origin))
  await sql`
    select from record_events(array(
      select row(${siteId}, 'contact_updated', ${origin.now}, ${row}::jsonb, c.id, cu.id, null, null,
                 jsonb_build_object('changed', c.changed))::new_event
        from jsonb_to_recordset(${JSON.stringify(contacts)}::jsonb) c (id bigint, changed jsonb)
        left join customers cu on cu.contact_id = c.id and cu.site_id = ${siteId} and cu.deleted_at is null
       order by c.id))`.execute(tx)
}
