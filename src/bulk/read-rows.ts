import type { Path } from '../platform/jsonapi/errors.ts'
import { FieldError } from '../platform/jsonapi/fields.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import { isObject } from '../platform/jsonapi/is-object.ts'
import { describeProblem, parseEmailAddress } from '../platform/text/email-address.ts'
import { readName } from '../platform/text/names.ts'
import type { BulkKind, Settings } from './bulk-kind.ts'
import type { Problems } from './problems.ts'

const LONGEST_NAME = 1_000

/** What a request says of one contact. Exactly one of contactId and email is given. */
export interface GivenRow {
  contactId: string | null
  /** As parseEmailAddress() reads it. */
  email: string | null
  /** Of a contact that the row creates. */
  name: string | null
  /** What the row says besides; null: nothing, and the settings of the job apply. */
  settings: Settings | null
}

/**
 * Reads what `meta` says of all rows, without create_contacts.
 *
 * @param path to it
 */
export function readSettings(kind: BulkKind, given: unknown, path: Path, problems: Problems): Settings {
  const known = [...Object.keys(kind.members), ...(kind.createsContacts ? ['create_contacts'] : [])]
  return readMembers(kind, known, isObject(given) ? given : {}, path, problems)
}

/** The names of what a row can say. */
export const membersOfRows = ({ members, createsContacts }: BulkKind): string[] => [
  'email',
  'contact_id',
  ...(createsContacts ? ['name'] : []),
  ...Object.keys(members),
]

/**
 * Reads the rows of a request. What is wrong with them is added to the problems.
 *
 * @param defaults of all rows
 * @param path to the list of them
 */
export function readRows(
  kind: BulkKind,
  given: unknown[],
  { defaults, now, path, problems }: { defaults: Settings; now: Date; path: Path; problems: Problems },
): GivenRow[] {
  // Most rows have no settings of their own.
  const problemOfDefaults = kind.problemWith(defaults, now)
  return given.map((row, index) => {
    const place = [...path, index]
    if (!isObject(row)) {
      problems.add('invalid', 'A row must be an object', place)
      return { contactId: null, email: null, name: null, settings: null }
    }
    const { contact_id, email, name, ...others } = row
    const own = readMembers(kind, membersOfRows(kind), others, place, problems)
    const settings = Object.keys(own).length > 0 ? { ...defaults, ...own } : null
    const problem = settings ? kind.problemWith(settings, now) : problemOfDefaults
    if (problem) problems.add('invalid', `The row ${problem}`, place)
    return { ...readPerson(kind, { contact_id, email, name }, place, problems), settings }
  })
}

interface GivenPerson {
  contact_id: unknown
  email: unknown
  name: unknown
}

function readPerson(
  kind: BulkKind,
  { contact_id: id, email: address, name: text }: GivenPerson,
  path: Path,
  problems: Problems,
): Omit<GivenRow, 'settings'> {
  const nobody = { contactId: null, email: null, name: readNameOf(kind, text, path, problems) }
  const [hasId, hasEmail] = [isGiven(id), isGiven(address)]
  if (hasId === hasEmail) {
    problems.add('invalid', 'A row names its contact either by contact_id or by email', path)
    return nobody
  }
  if (hasId) {
    if (['string', 'number'].includes(typeof id) && isId(String(id)))
      return { ...nobody, contactId: String(id) }
    problems.add('invalid', 'contact_id must be an id, for example "7"', [...path, 'contact_id'])
    return nobody
  }
  const email = parseEmailAddress(address)
  if (email === null)
    problems.add('invalid', `email is not an e-mail address${describeProblem(address)}`, [...path, 'email'])
  return { ...nobody, email }
}

/** Null stands for nothing: some clients send every member. */
const isGiven = (value: unknown) => value !== undefined && value !== null && value !== ''

function readNameOf(kind: BulkKind, given: unknown, path: Path, problems: Problems): string | null {
  if (!isGiven(given)) return null
  const place = [...path, 'name']
  if (!kind.createsContacts) {
    problems.add('unknown_member', 'These rows create no contacts, and have no name', place)
    return null
  }
  const name = typeof given === 'string' ? readName(given) : null
  if (name === null || name.length > LONGEST_NAME)
    problems.add('invalid', `name must be a string of at most ${LONGEST_NAME} characters`, place)
  return name
}

function readMembers(
  { members }: BulkKind,
  known: string[],
  given: Record<string, unknown>,
  path: Path,
  problems: Problems,
): Settings {
  const settings: Settings = {}
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    const field = Object.hasOwn(members, name) ? members[name] : undefined
    if (!field) {
      problems.add('unknown_member', `There is no member ${name} here. Use ${known.join(', ')}`, [
        ...path,
        name,
      ])
      continue
    }
    try {
      const read = field.read(value)
      if (read === undefined) problems.add('invalid', `${name} must be ${field.form}`, [...path, name])
      else settings[name] = read
    } catch (error) {
      if (!(error instanceof FieldError)) throw error
      problems.add(error.code, `${name} ${error.message}`, [...path, name])
    }
  }
  return settings
}
