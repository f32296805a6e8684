/**
 * The order of modules in a course, of lessons in a module, of media in a lesson. Each has a number, and what is moved
 * gets one between those of its new neighbours: nothing else changes, so that moves at the same moment do not wait for
 * each other. The place that is shown is counted, so places are always 1, 2, 3, whatever was moved or archived.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { integer, toMany } from '../../platform/jsonapi/field-types.ts'
import { wholeNumber, writable } from '../../platform/jsonapi/fields.ts'
import type { Values } from '../../platform/jsonapi/read-attributes.ts'
import type { Attribute, Row, ToMany } from '../../platform/jsonapi/resource.ts'
import type { Records, Writing } from '../../platform/records/records.ts'

export interface Sequence {
  table: 'course_modules' | 'course_lessons' | 'lesson_media'
  /** The column of what they belong to. */
  owner: 'product_id' | 'module_id' | 'lesson_id'
}

export const MODULES: Sequence = { table: 'course_modules', owner: 'product_id' }
export const LESSONS: Sequence = { table: 'course_lessons', owner: 'module_id' }
export const MEDIA: Sequence = { table: 'lesson_media', owner: 'lesson_id' }

/** The relationship to what belongs to a resource, in its order. */
export const inOrder = (type: string, { table, owner }: Sequence): ToMany =>
  toMany(
    type,
    (ids, { siteIds }) => sql`
      select ${sql.id(owner)} as owner_id, id from ${sql.table(table)}
       where site_id = any (${siteIds}::bigint[]) and ${sql.id(owner)} = any (${ids}::bigint[]) and archived_at is null
       order by position, id`,
    { linkage: 'always' },
  )

const LAST_PLACE = 100_000

/** The attribute `position`: the place among what has the same owner, from 1. */
export const positionIn = (sequence: Sequence): Attribute =>
  writable(
    integer(sql`(select 1 + count(*)::int from ${siblings(sequence, sql`r.site_id`, sql`r.${sql.id(sequence.owner)}`)}
                    and (s.position, s.id) < (r.position, r.id))`),
    wholeNumber(1, LAST_PLACE),
  )

const siblings = ({ table, owner }: Sequence, siteId: RawBuilder<unknown>, ownerId: RawBuilder<unknown>) =>
  sql`${sql.table(table)} s where s.site_id = ${siteId} and s.${sql.id(owner)} = ${ownerId} and s.archived_at is null`

/** How rows of a sequence are written: a new one comes last unless it has a position, as does one with a new owner. */
export const sequenceRecords = (
  sequence: Sequence,
): Required<Pick<Records, 'table' | 'complete' | 'afterCreate'>> => ({
  table: sequence.table,
  async complete({ position, ...values }: Values, row: Row | null, { tx }: Writing) {
    const isMoved = position !== undefined || values[sequence.owner] !== undefined
    if (!row || !isMoved) return values
    const moved = { ...row, ...values }
    return { ...values, position: await numberAt(tx, sequence, moved, position as number | undefined) }
  },
  async afterCreate(row: Row, { position }: Values, { tx }: Writing) {
    const number = await numberAt(tx, sequence, row, position as number | undefined)
    await sql`update ${sql.table(sequence.table)} set position = ${number}
               where id = ${row.id} and site_id = ${row.site_id}`.execute(tx)
  },
})

/** The number that puts a row at a place, counted from 1; without a place, it comes last. */
async function numberAt(
  tx: Tx,
  sequence: Sequence,
  row: Row,
  place = LAST_PLACE,
  isRenumbered = false,
): Promise<number> {
  const { rows } = await sql<{ position: number }>`
    select s.position from ${siblings(sequence, sql`${row.site_id}`, sql`${row[sequence.owner]}`)} and s.id <> ${row.id}
     order by s.position, s.id`.execute(tx)
  const numbers = rows.map(({ position }) => position)
  const index = Math.min(place - 1, numbers.length)
  const [before, after] = [numbers[index - 1], numbers[index]]
  const number = between(before, after)
  // After about thirty moves between the same two, there is no number left.
  if (number !== before && number !== after) return number
  if (isRenumbered) throw new Error('There is no number between two that follow each other')
  await renumber(tx, sequence, row)
  return numberAt(tx, sequence, row, place, true)
}

/** Never the same number for two that come to a place at the same moment. */
function between(before: number | undefined, after: number | undefined): number {
  const part = 0.25 + Math.random() / 2
  if (before === undefined) return after === undefined ? 1 + part : after - part
  return after === undefined ? before + part : before + (after - before) * part
}

async function renumber(tx: Tx, sequence: Sequence, row: Row): Promise<void> {
  await sql`
    update ${sql.table(sequence.table)} o set position = n.number
      from (select s.id, row_number() over (order by s.position, s.id) as number
              from ${siblings(sequence, sql`${row.site_id}`, sql`${row[sequence.owner]}`)}) n
     where o.id = n.id and o.site_id = ${row.site_id}`.execute(tx)
}
