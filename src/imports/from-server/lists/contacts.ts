import { type ContactValues, parseContactAttributes } from '../../../people/contacts/contact-attributes.ts'
import { type Contact, contactRows } from '../../../people/contacts/contacts.resource.ts'
import { findContactsByEmail } from '../../../people/contacts/find-contact.ts'
import { type PersonToPut, putContacts } from '../../../people/contacts/put-contacts.ts'
import { updateContact } from '../../../people/contacts/update-contact.ts'
import { writeIds } from '../../../people/contacts/write-ids.ts'
import type { CustomField } from '../../../people/custom-fields/find-fields.ts'
import { readCustomValue } from '../../../people/custom-fields/read-values.ts'
import { contactNoteRecords } from '../../../people/notes/contact-notes.resource.ts'
import { changeTaggings } from '../../../people/tags/change-taggings.ts'
import { ApiError } from '../../../platform/jsonapi/errors.ts'
import { lockOne } from '../../../platform/records/lock-one.ts'
import { reserveIdsUpTo } from '../../../platform/records/reserve-id.ts'
import { fieldsByHandleThere } from '../handles.ts'
import { type Outcome, skipped } from '../outcome.ts'
import type { Fresh, PageRun, Wanted } from '../page-run.ts'
import { isChoosable, readLeniently, recordOf } from '../put-records.ts'
import { manyIn, oneIn, type SourceRow } from '../source.ts'
import type { SourceList } from '../source-list.ts'
import { recordList } from './catalogue.ts'

interface WantedContact extends Wanted {
  attributes: Record<string, unknown>
  tags: string[]
  createdAt: string | null
}

/** Contacts with their tags and custom fields. */
export const contacts: SourceList = {
  name: 'contacts',
  path: '/v1/contacts',
  isBySite: true,
  query: { sort: 'created_at', include: 'tags' },
  write: (run, siteId, rows) =>
    run.put('contacts', rows.map(readRow), {
      write: (fresh) => writeContacts(run, siteId, fresh),
      check: (fresh) => checkContacts(run, siteId, fresh),
    }),
}

function readRow(row: SourceRow): WantedContact {
  const { created_at, updated_at: _, ...attributes } = row.attributes
  return {
    id: row.id,
    attributes,
    tags: manyIn(row, 'tags') ?? [],
    createdAt: typeof created_at === 'string' ? created_at : null,
  }
}

interface ReadContact {
  values: ContactValues & { email: string }
  externalUserId: string | null
  leftOut: Record<string, string>
}

/**
 * @param fields by their handles there; null: they are not known before they are created
 * @returns why it cannot be a contact, when it cannot
 */
function readContact(
  { external_user_ids: _, ...attributes }: Record<string, unknown>,
  fields: Map<string, CustomField> | null,
): ReadContact | string {
  const { values: read, leftOut } = readLeniently(attributes, parseContactAttributes)
  if (read?.values.email === undefined) return leftOut.email ?? leftOut[''] ?? 'It has no e-mail address.'
  const { values, custom: given, externalUserId = null } = read
  const custom: Record<string, string> = {}
  for (const [handle, value] of Object.entries(given)) {
    if (fields === null || value === null || value === '') continue
    const field = fields.get(handle)
    if (field === undefined) {
      leftOut[handle] = 'The custom field was not imported.'
      continue
    }
    try {
      const text = readCustomValue(field, value, [])
      if (text !== null) custom[field.handle] = text
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      leftOut[handle] = error.message
    }
  }
  const whole = { ...values, email: read.values.email, ...(Object.keys(custom).length > 0 && { custom }) }
  return { values: whole, externalUserId, leftOut }
}

interface Person {
  wanted: WantedContact
  read: ReadContact
}

/** Those of an earlier run get what has changed; others are found by their address, or created. */
async function writeContacts(
  run: PageRun,
  siteId: string,
  fresh: Fresh<WantedContact>[],
): Promise<Outcome[]> {
  const fields = await fieldsByHandleThere(run, siteId)
  const outcomes = new Map<string, Outcome>()
  const unknown: Person[] = []
  const addresses = new Set<string>()
  for (const { wanted, targetId } of fresh) {
    const read = readContact(wanted.attributes, fields)
    if (typeof read === 'string') outcomes.set(wanted.id, skipped(read))
    else if (targetId !== null) {
      const [outcome] = await run.each([{ wanted, read }], (one) => changeContact(run, siteId, one, targetId))
      outcomes.set(wanted.id, outcome!)
    } else if (addresses.has(read.values.email))
      outcomes.set(wanted.id, skipped('Another contact has its e-mail address.'))
    else {
      addresses.add(read.values.email)
      unknown.push({ wanted, read })
    }
  }
  for (const [id, outcome] of await putUnknown(run, siteId, unknown)) outcomes.set(id, outcome)
  await addTags(run, siteId, fresh, outcomes)
  return fresh.map(({ wanted }) => outcomes.get(wanted.id)!)
}

async function checkContacts(
  run: PageRun,
  siteId: string,
  fresh: Fresh<WantedContact>[],
): Promise<Outcome[]> {
  const read = fresh.map(({ wanted }) => readContact(wanted.attributes, null))
  const addresses = read.flatMap((one) => (typeof one === 'string' ? [] : one.values.email))
  const known = await findContactsByEmail(run.tx, siteId, addresses)
  return fresh.map(({ targetId }, index) => {
    const one = read[index]!
    if (typeof one === 'string') return skipped(one)
    const here = targetId ?? known.get(one.values.email) ?? null
    return { status: here === null ? 'created' : 'changed', targetId: here, leftOut: one.leftOut }
  })
}

/** Blanks erase nothing, and nobody is subscribed who is a contact here already: they may have unsubscribed. */
async function changeContact(
  run: PageRun,
  siteId: string,
  { read: { values, externalUserId, leftOut } }: Person,
  targetId: string,
): Promise<Outcome> {
  const { subscribed, ...others } = values
  const given = Object.entries(others).filter(([, value]) => value !== null && value !== '')
  const contact = await lockOne<Contact>(run.tx, contactRows, [siteId], targetId)
  const changes = {
    values: { ...Object.fromEntries(given), ...(subscribed === false && { subscribed }) },
    ...(externalUserId !== null && { externalUserId }),
  }
  await updateContact(run.tx, contact, changes, run.origin)
  return { status: 'changed', targetId, leftOut }
}

async function putUnknown(run: PageRun, siteId: string, people: Person[]): Promise<Map<string, Outcome>> {
  const given = people.map(
    ({ wanted, read: { values } }): PersonToPut => ({
      ...values,
      id: isChoosable(wanted.id) ? wanted.id : null,
      created_at: wanted.createdAt === null ? null : new Date(wanted.createdAt),
    }),
  )
  const ids = given.flatMap(({ id }) => (id === null ? [] : [Number(id)]))
  await reserveIdsUpTo(run.tx, 'contacts', ids.length === 0 ? null : String(Math.max(...ids)))
  const put = await putContacts(run.tx, { siteId, siteIds: run.options.siteIds }, given, run.origin)
  const outcomes = new Map<string, Outcome>()
  for (const [index, { wanted, read }] of people.entries()) {
    const { contactId, isNew, changed } = put[index]!
    const leftOut = { ...read.leftOut, ...(await writeExternalId(run, siteId, contactId, read)) }
    const status = isNew ? 'created' : changed.length > 0 ? 'changed' : 'unchanged'
    outcomes.set(wanted.id, { status, targetId: contactId, leftOut })
  }
  return outcomes
}

async function writeExternalId(
  run: PageRun,
  siteId: string,
  contactId: string,
  { externalUserId }: ReadContact,
): Promise<Record<string, string>> {
  if (externalUserId === null) return {}
  try {
    await run.inSavepoint(() => writeIds(run.tx, { siteId, contactId }, { externalUserId }))
    return {}
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { external_user_id: error.message }
  }
}

async function addTags(
  run: PageRun,
  siteId: string,
  fresh: Fresh<WantedContact>[],
  outcomes: Map<string, Outcome>,
): Promise<void> {
  const tags = await run.targets(
    'contact_tags',
    fresh.flatMap(({ wanted }) => wanted.tags),
  )
  const changes = fresh.flatMap(({ wanted }) => {
    const contactId = outcomes.get(wanted.id)?.targetId ?? null
    const tagIds = wanted.tags.flatMap((id) => tags.get(id) ?? [])
    return contactId === null || tagIds.length === 0 ? [] : [{ contactId, tagIds, origin: run.origin }]
  })
  await changeTaggings(run.tx, 'add', siteId, changes)
}

const noteKind = { records: contactNoteRecords, parentType: 'contacts' }

export const contactNotes = recordList('contact_notes', noteKind, {
  query: { sort: 'created_at' },
  // Kajabi documents no larger one.
  pageSize: 100,
  read: (row) => recordOf(noteKind, row, { parent: oneIn(row, 'contact') ?? '' }),
})
