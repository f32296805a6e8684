import type { Tx } from '../platform/db/database.ts'
import { type ApiError, type Path, unprocessable } from '../platform/jsonapi/errors.ts'
import { isObject } from '../platform/jsonapi/is-object.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'
import type { BulkKind, Settings } from './bulk-kind.ts'
import type { Subjects } from './create-job.ts'
import { matchingContacts } from './match-contacts.ts'
import { Problems } from './problems.ts'
import { type GivenRow, readRows, readSettings } from './read-rows.ts'

/** A job as a request describes it. */
export interface GivenJob {
  rows?: unknown[]
  filter?: Record<string, unknown>
  /** What applies to all rows. */
  meta?: Record<string, unknown>
}

export interface ReadJob {
  settings: Settings
  subjects: Subjects
  createsContacts: boolean
}

const ATTRIBUTES = ['data', 'attributes']
const ROWS = [...ATTRIBUTES, 'rows']
const META = ['meta']

/**
 * Reads a job and checks all of it, before anything is written: its form, and that what it names exists. Contacts that
 * do not exist are no error of the job: their rows fail.
 *
 * @throws ApiError 422 with up to 50 errors
 */
export async function readJob(
  tx: Tx,
  kind: BulkKind,
  { rows, filter, meta }: GivenJob,
  siteId: string,
  scope: LoadScope,
): Promise<ReadJob> {
  if ((rows === undefined) === (filter === undefined))
    throw unprocessable('invalid', 'Send either rows or a filter', `/${ATTRIBUTES.join('/')}`)
  const problems = new Problems()
  const { create_contacts, ...others } = meta ?? {}
  const createsContacts = readCreate(kind, create_contacts, problems)
  const settings = readSettings(kind, others, META, problems)
  const given = readRows(kind, rows ?? [], { defaults: settings, now: scope.now, path: ROWS, problems })
  const problem = filter && kind.problemWith(settings, scope.now)
  // A pointer names what the request has.
  if (problem) problems.add('invalid', `The job ${problem}`, meta ? META : ATTRIBUTES)
  await checkNamed(tx, kind, siteId, placesOf(kind, settings, given), problems)
  problems.throwIfAny()
  const subjects = filter
    ? { filter, matching: await matchingContacts(tx, filter, siteId, scope) }
    : { rows: given }
  return {
    settings: kind.createsContacts ? { ...settings, create_contacts: createsContacts } : settings,
    subjects,
    createsContacts: createsContacts && rows !== undefined,
  }
}

function readCreate(kind: BulkKind, given: unknown, problems: Problems): boolean {
  if (given === undefined) return kind.createsContacts
  const path = [...META, 'create_contacts']
  if (!kind.createsContacts) problems.add('unknown_member', 'These rows create no contacts', path)
  else if (typeof given !== 'boolean') problems.add('invalid', 'create_contacts must be true or false', path)
  return given === true
}

interface Place {
  id: string
  path: Path
}

/** Every id that settings name, and where. */
function placesOf(kind: BulkKind, settings: Settings, rows: GivenRow[]): Place[] {
  const ofJob = placesIn(kind, settings, settings, META)
  const ofRows = rows.flatMap((row, index) =>
    row.settings ? placesIn(kind, row.settings, settings, [...ROWS, index]) : [],
  )
  return [...ofJob, ...ofRows]
}

/** Of a row, those that are its own: the others are those of the job. */
const placesIn = (kind: BulkKind, settings: Settings, defaults: Settings, path: Path): Place[] =>
  Object.entries(kind.named(settings)).flatMap(([member, ids]) =>
    settings !== defaults && settings[member] === defaults[member]
      ? []
      : ids.map((id, index) => ({ id, path: [...path, member, index] })),
  )

async function checkNamed(
  tx: Tx,
  kind: BulkKind,
  siteId: string,
  places: Place[],
  problems: Problems,
): Promise<void> {
  const ids = [...new Set(places.map(({ id }) => id))]
  const unknown = ids.length > 0 ? await kind.findUnknown(tx, siteId, ids) : new Set()
  for (const { id, path } of places)
    if (unknown.has(id))
      problems.add('not_found', `There is no ${kind.unknown(id)}. Nothing was changed`, path)
}

/** The members of a document about a job. @throws ApiError 422 for attributes of another form */
export function givenJob(
  attributes: Record<string, unknown>,
  meta: Record<string, unknown> | undefined,
): GivenJob {
  const { rows, filter } = attributes
  if (rows !== undefined && !Array.isArray(rows)) throw mustBe('rows', 'a list')
  if (filter !== undefined && !isObject(filter)) throw mustBe('filter', 'an object')
  return { rows, filter, meta }
}

const mustBe = (name: string, form: string): ApiError =>
  unprocessable('invalid', `${name} must be ${form}`, `/${[...ATTRIBUTES, name].join('/')}`)
