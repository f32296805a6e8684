import { ApiError } from '../../platform/jsonapi/errors.ts'
import {
  missingAttribute,
  readAttributes,
  type Values,
  writableAttributes,
} from '../../platform/jsonapi/read-attributes.ts'
import { lockOne } from '../../platform/records/lock-one.ts'
import {
  asOperator,
  createRecord,
  type Records,
  takesIds,
  updateRecord,
  type Writing,
} from '../../platform/records/records.ts'
import { type NamedKind, Namesakes } from './namesakes.ts'
import { type Outcome, skipped } from './outcome.ts'
import type { Fresh, PageRun, Wanted, Writer } from './page-run.ts'
import type { SourceRow } from './source.ts'

/** A resource whose rows are written as requests write them. */
export interface RecordKind {
  records: Records
  /** Attributes that are not taken over. */
  without?: string[]
  /** The type of what it belongs to. */
  parentType?: string
  /** Types of relationships that are taken over, by their names. */
  related?: Record<string, string>
  /** Those that are here already under the same name are the same, such as tags. */
  named?: NamedKind
}

export interface WantedRecord extends Wanted {
  attributes: Values
  /** The parent's id there. */
  parent?: string
  /** Ids there by the name of the relationship. */
  related?: Record<string, string[]>
  createdAt: string | null
}

/** What is to be written of a row: attributes that requests can set, and relationships. */
export function recordOf(
  { records: { resource }, without = [] }: RecordKind,
  row: SourceRow,
  links: Pick<WantedRecord, 'parent' | 'related'> = {},
): WantedRecord {
  const names = writableAttributes(resource, true).map(([name]) => name)
  const taken = names.filter((name) => !without.includes(name) && row.attributes[name] !== undefined)
  const { created_at } = row.attributes
  return {
    id: row.id,
    attributes: Object.fromEntries(taken.map((name) => [name, row.attributes[name]])),
    ...links,
    createdAt: typeof created_at === 'string' ? created_at : null,
  }
}

/** Writes records of a site, or sites themselves. @param siteId null: sites */
export const recordWriter = (
  run: PageRun,
  kind: RecordKind,
  siteId: string | null,
): Writer<WantedRecord> => ({
  async write(fresh) {
    const namesakes = await namesakesOf(run, kind, siteId)
    return run.each(fresh, (one) => putRecord(run, kind, siteId, namesakes, one))
  },
  async check(fresh) {
    const namesakes = await namesakesOf(run, kind, siteId)
    return fresh.map(({ wanted, targetId }) => {
      const same = targetId === null ? (namesakes?.find(wanted) ?? null) : null
      if (same !== null) return { status: 'unchanged', targetId: same }
      const { values, leftOut } = readLeniently(wanted.attributes, (given) =>
        readAttributes(kind.records.resource, given, targetId === null),
      )
      return values === null
        ? skipped(Object.values(leftOut).at(-1)!)
        : { status: targetId === null ? 'created' : 'changed', targetId, leftOut }
    })
  },
})

const namesakesOf = async (run: PageRun, { records, named }: RecordKind, siteId: string | null) =>
  named === undefined || siteId === null
    ? null
    : await Namesakes.of(run, records.resource.type, named, siteId)

/** The one here that is the same and was here before, or null: it is the import's own, or a new one. */
async function foundHere(
  namesakes: Namesakes | null,
  { wanted, targetId }: Fresh<WantedRecord>,
): Promise<string | null> {
  if (namesakes === null) return null
  if (targetId !== null) return (await namesakes.wasFound(wanted)) ? targetId : null
  const found = namesakes.find(wanted)
  if (found !== null) await namesakes.note(wanted, found)
  return found
}

async function putRecord(
  run: PageRun,
  kind: RecordKind,
  siteId: string | null,
  namesakes: Namesakes | null,
  { wanted, targetId }: Fresh<WantedRecord>,
): Promise<Outcome> {
  const found = await foundHere(namesakes, { wanted, targetId })
  if (found !== null) return { status: 'unchanged', targetId: found }
  const leftOut: Record<string, string> = {}
  const related = await relatedHere(run, kind, wanted, leftOut)
  const parent = await parentHere(run, kind, wanted)
  if (parent === null) return skipped(`What it belongs to is not here: ${kind.parentType} ${wanted.parent}.`)
  const { accountId, siteIds, app } = run.options
  const writing: Writing = { ...asOperator(app, run.tx, accountId, siteIds), now: run.origin.now }
  const written = await writeLeniently(run, wanted.attributes, async (attributes) => {
    if (targetId !== null) return update(writing, kind.records, targetId, attributes, related)
    return create(run, writing, kind.records, {
      id: wanted.id,
      siteId,
      parentId: parent,
      attributes: withoutBlanks(attributes),
      related,
      createdAt: wanted.createdAt === null ? undefined : new Date(wanted.createdAt),
    })
  })
  if (written.status === 'created') namesakes?.add(written.targetId!, wanted)
  return { ...written, leftOut: { ...leftOut, ...written.leftOut } }
}

/** @returns undefined: it belongs to a site alone; null: the parent is not here */
async function parentHere(run: PageRun, { parentType }: RecordKind, { parent }: WantedRecord) {
  if (parentType === undefined) return undefined
  return (await run.targets(parentType, [parent ?? ''])).get(parent ?? '') ?? null
}

async function relatedHere(
  run: PageRun,
  { related: types = {} }: RecordKind,
  { related = {} }: WantedRecord,
  leftOut: Record<string, string>,
): Promise<Record<string, string[]>> {
  const here: Record<string, string[]> = {}
  for (const [name, ids] of Object.entries(related)) {
    const targets = await run.targets(types[name]!, ids)
    here[name] = ids.flatMap((id) => targets.get(id) ?? [])
    const missing = ids.filter((id) => !targets.has(id))
    if (missing.length > 0) leftOut[name] = `Not here: ${missing.join(', ')}`
  }
  return here
}

async function create(
  run: PageRun,
  writing: Writing,
  records: Records,
  record: Parameters<typeof createRecord>[2],
): Promise<Outcome> {
  const id = takesIds(records) && isChoosable(record.id) ? record.id : null
  try {
    const made = await run.inSavepoint(() => createRecord(writing, records, { ...record, id }))
    return { status: 'created', targetId: made.id }
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'id_taken') throw error
    const made = await createRecord(writing, records, { ...record, id: null })
    return { status: 'created', targetId: made.id }
  }
}

/** Ids that clients can choose. */
export const isChoosable = (id: string | null | undefined): id is string =>
  typeof id === 'string' && /^[1-9]\d{0,11}$/.test(id)

async function update(
  writing: Writing,
  records: Records,
  id: string,
  attributes: Values,
  related: Record<string, string[]>,
): Promise<Outcome> {
  const row = await lockOne(writing.tx, records, writing.siteIds, id)
  const settable = new Set(writableAttributes(records.resource, false).map(([name]) => name))
  const changes = Object.fromEntries(Object.entries(attributes).filter(([name]) => settable.has(name)))
  await updateRecord(writing, records, row, changes, related)
  return { status: 'changed', targetId: id }
}

/** A new one is blank where nothing is given. */
const withoutBlanks = (attributes: Values): Values =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null && value !== ''))

/**
 * Writes attributes without those that are refused, each of which is reported.
 *
 * @throws ApiError when what is refused cannot be left out
 */
async function writeLeniently(
  run: PageRun,
  given: Values,
  write: (attributes: Values) => Promise<Outcome>,
): Promise<Outcome> {
  const attributes = { ...given }
  const leftOut: Record<string, string> = {}
  for (;;) {
    try {
      const outcome = await run.inSavepoint(() => write(attributes))
      return { ...outcome, leftOut }
    } catch (error) {
      leaveOut(attributes, leftOut, error)
    }
  }
}

/** The same for what is read without the database. @returns values null: what is refused cannot be left out */
export function readLeniently<Result>(
  given: Values,
  read: (attributes: Values) => Result,
): { values: Result | null; leftOut: Record<string, string> } {
  const attributes = { ...given }
  const leftOut: Record<string, string> = {}
  for (;;) {
    try {
      return { values: read(attributes), leftOut }
    } catch (error) {
      try {
        leaveOut(attributes, leftOut, error)
      } catch (last) {
        if (!(last instanceof ApiError)) throw last
        return { values: null, leftOut: { ...leftOut, '': last.message } }
      }
    }
  }
}

const ATTRIBUTE = /^\/data\/attributes\/([^/]+)/

/** Removes the attribute that an error points at. @throws the error, when it points at none */
function leaveOut(attributes: Values, leftOut: Record<string, string>, error: unknown): void {
  const pointer = error instanceof ApiError && error.status === 422 ? (error.source?.pointer ?? '') : ''
  const [, name] = ATTRIBUTE.exec(pointer) ?? []
  // What is required and was left out is missing then: the reason is why it was left out.
  if (error instanceof ApiError && error.code === 'blank')
    for (const [missing, reason] of Object.entries(leftOut))
      if (error.message === missingAttribute(missing).message) throw new ApiError(422, 'invalid', reason)
  if (name === undefined || !Object.hasOwn(attributes, name)) throw error
  // Blanks are what one without the attribute has.
  if (attributes[name] !== null && attributes[name] !== '') leftOut[name] = (error as ApiError).message
  delete attributes[name]
}
