import { grantInTransaction } from '../../../grants/grant-in-transaction.ts'
import { heldProducts } from '../../../grants/held.ts'
import { type PutContact, putContacts } from '../../../people/contacts/put-contacts.ts'
import { customFieldsOf } from '../../../people/custom-fields/find-fields.ts'
import { putCustomers } from '../../../people/customers/put-customers.ts'
import { changeTaggings } from '../../../people/tags/change-taggings.ts'
import type { Tx } from '../../../platform/db/database.ts'
import type { MissingField } from '../../custom-columns.ts'
import { noteLeftOut } from '../../findings.ts'
import type { ImportContext, ImportKind, ImportRow, RowOutcome } from '../../import-kind.ts'
import { RowProblem, rejection } from '../../row-problem.ts'
import { contactFields } from './fields.ts'
import { type NamedThings, namedProducts, namedTags, offerOf } from './named-things.ts'
import { beginContacts, type ContactsPlan, prepareContacts } from './prepare-contacts.ts'
import { mergeContacts, type ReadContact, readContact } from './read-contact.ts'

export const importContacts: ImportKind = {
  name: 'contacts',
  summary: 'import contacts with their tags, products and custom fields',
  fields: contactFields,
  hasCustomFields: true,
  needs: ['manage:contacts', 'manage:grants', 'manage:products', 'manage:offers', 'manage:ids'],
  prepare: prepareContacts,
  begin: beginContacts,
  perform: performContacts,
}

/** Somebody, with what the rows about them say together. */
interface Person extends ReadContact {
  rows: ImportRow[]
  tagIds: string[]
  productIds: string[]
}

async function performContacts(
  tx: Tx,
  context: ImportContext,
  groups: ImportRow[][],
): Promise<Map<string, RowOutcome>> {
  const outcomes = new Map<string, RowOutcome>()
  const people = await readPeople(tx, context, groups, outcomes)
  const put = await putContacts(
    tx,
    context,
    people.map(({ values, id, createdAt }) => ({
      ...values,
      subscribed: values.subscribed ?? (context.settings.subscribe ? true : undefined),
      id,
      created_at: createdAt,
    })),
    context.origin,
  )
  const known = people.map((person, index) => ({ ...person, put: put[index]! }))
  const added = await addTags(tx, context, known)
  const access = await giveAccess(tx, context, known)
  for (const [index, person] of known.entries())
    for (const [place, row] of person.rows.entries())
      outcomes.set(
        row.id,
        place === 0
          ? outcomeOf(person.put, { tags_added: added[index]!, ...access[index]! })
          : mergedWith(person.rows[0]!, person.put),
      )
  return outcomes
}

interface Changes {
  tags_added: string[]
  offers_granted: string[]
  became_customer: boolean
}

function outcomeOf({ contactId, isNew, changed }: PutContact, changes: Changes): RowOutcome {
  const isChanged =
    changed.length + changes.tags_added.length + changes.offers_granted.length > 0 || changes.became_customer
  return {
    status: isNew ? 'created' : isChanged ? 'changed' : 'unchanged',
    contactId,
    result: { changed, ...changes },
  }
}

const mergedWith = ({ line }: ImportRow, { contactId }: PutContact): RowOutcome => ({
  status: 'merged',
  contactId,
  result: { line },
})

/** Who the rows are about; rows with a problem get their outcome. Rows whose addresses are the same belong together. */
async function readPeople(
  tx: Tx,
  context: ImportContext,
  groups: ImportRow[][],
  outcomes: Map<string, RowOutcome>,
): Promise<Person[]> {
  const plan = context.plan as unknown as ContactsPlan
  const fields = new Map((await customFieldsOf(tx, [context.siteId])).map((field) => [field.handle, field]))
  for (const field of context.missingFields)
    if (!fields.has(field.handle)) fields.set(field.handle, fieldOf(context, field))
  const things = {
    tags: await namedTags(tx, context, plan.tags_alone),
    products: await namedProducts(tx, context, plan.products_alone),
  }
  const people = new Map<string, Person>()
  for (const row of groups.flat()) {
    const leaveOut = (field: string, reason: string) =>
      noteLeftOut(context.findings, columnOf(context, field), reason, row.line)
    try {
      const read = readContact(row, context, fields, leaveOut)
      const named = await readNamed(things, read)
      const other = people.get(read.values.email)
      people.set(
        read.values.email,
        other ? joined(other, { ...read, ...named, rows: [row] }) : { ...read, ...named, rows: [row] },
      )
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error
      outcomes.set(row.id, rejection(error, columnOf(context, error.field)))
    }
  }
  return [...people.values()]
}

const columnOf = ({ header, fields }: ImportContext, field: string | null): string =>
  header[fields.indexOf(field)] ?? field ?? ''

const fieldOf = ({ siteId }: ImportContext, { handle, title, type }: MissingField) => ({
  id: '0',
  siteId,
  handle,
  title,
  type,
  required: false,
  options: [],
})

async function readNamed(
  { tags, products }: { tags: NamedThings; products: NamedThings },
  read: ReadContact,
): Promise<Pick<Person, 'tagIds' | 'productIds'>> {
  const idsOf = async (things: NamedThings, cell: string) => {
    const ids: string[] = []
    for (const name of things.read(cell)) ids.push(await things.idOf(name))
    return ids
  }
  return { tagIds: await idsOf(tags, read.tags), productIds: await idsOf(products, read.products) }
}

const joined = (one: Person, other: Person): Person => ({
  ...mergeContacts(one, other),
  rows: [...one.rows, ...other.rows],
  tagIds: [...new Set([...one.tagIds, ...other.tagIds])],
  productIds: [...new Set([...one.productIds, ...other.productIds])],
})

type KnownPerson = Person & { put: PutContact }

/** @returns the ids of the tags that each got */
async function addTags(
  tx: Tx,
  { siteId, origin }: ImportContext,
  people: KnownPerson[],
): Promise<string[][]> {
  const added: string[][] = people.map(() => [])
  const changes = people.map(({ put, tagIds }) => ({ contactId: put.contactId, tagIds, origin }))
  for (const { index, tagId } of await changeTaggings(tx, 'add', siteId, changes)) added[index]!.push(tagId)
  return added
}

/** Makes those customers who are, and grants what gives access to products that they do not have. */
async function giveAccess(
  tx: Tx,
  context: ImportContext,
  people: KnownPerson[],
): Promise<Omit<Changes, 'tags_added'>[]> {
  const { siteId, origin, settings } = context
  const contactIds = people.map(({ put }) => put.contactId)
  const held = await heldProducts(tx, siteId, contactIds, origin.now)
  const offerIds = await offersFor(tx, context, people, held)
  const became = await putCustomers(
    tx,
    context,
    people.flatMap((person, index) =>
      person.isCustomer || offerIds[index]!.length > 0
        ? {
            contactId: person.put.contactId,
            id: person.customerId,
            created_at: person.customerCreatedAt,
            last_request_at: person.lastActivity,
            offerIds: offerIds[index]!,
          }
        : [],
    ),
    { sendWelcome: settings.notify, origin },
  )
  const grants = new Map<string, string[]>()
  for (const [index, { put }] of people.entries())
    if (offerIds[index]!.length > 0)
      grants.set(put.contactId, [...(grants.get(put.contactId) ?? []), ...offerIds[index]!])
  const changes = [...grants].map(([contactId, ids]) => ({
    contactId,
    offerIds: ids,
    origin,
    source: 'import' as const,
  }))
  const granted = new Map<string, string[]>()
  for (const [index, outcome] of (await grantInTransaction(tx, siteId, changes, origin.now)).entries())
    granted.set(changes[index]!.contactId, outcome.error === undefined ? Object.keys(outcome.granted) : [])
  return people.map(({ put }) => ({
    offers_granted: granted.get(put.contactId) ?? [],
    became_customer: became.has(put.contactId),
  }))
}

/** For each person the offers of the products that they lack. */
async function offersFor(
  tx: Tx,
  context: ImportContext,
  people: KnownPerson[],
  held: Map<string, Set<string>>,
): Promise<string[][]> {
  const offers = new Map<string, string>()
  const missing = people.map(({ put, productIds }) =>
    productIds.filter((id) => !held.get(put.contactId)?.has(id)),
  )
  for (const id of new Set(missing.flat())) offers.set(id, await offerOf(tx, context, id))
  return missing.map((ids) => ids.map((id) => offers.get(id)!))
}
