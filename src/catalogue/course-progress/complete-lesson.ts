/** What a member does in a course: opens lessons and completes them. */
import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { recordEvent } from '../../platform/events/events.ts'

/** A lesson that is open to a customer, in a course that they have access to. */
export interface OpenLesson {
  siteId: string
  contactId: string
  customerId: string
  /** The id of the product. */
  courseId: string
  lessonId: string
}

interface Progress {
  id: string
  completed_at: Date | null
}

type InCourse = Omit<OpenLesson, 'lessonId'>

/**
 * Records that a lesson was opened: the course is resumed there. Nothing is recorded of who was deleted meanwhile.
 */
export async function visitLesson(tx: Tx, lesson: OpenLesson, now: Date): Promise<void> {
  await lockProgress(tx, lesson, now)
}

/**
 * Completes a lesson and, with the last one, the course: each is recorded as an event once, also when it is requested
 * twice at the same moment.
 *
 * @returns whether the course is complete
 */
export async function completeLesson(tx: Tx, lesson: OpenLesson, now: Date): Promise<boolean> {
  const progress = await lockProgress(tx, lesson, now)
  if (!progress) return false
  const isFirst = await insertCompletion(tx, lesson, now)
  const { courseId: course_id, lessonId: lesson_id } = lesson
  const data = { course_id, lesson_id, course_progress_id: progress.id }
  if (isFirst) await recordEvent(tx, 'lesson_completed', aboutOf(lesson), data, originOf(lesson, now))
  return endCourse(tx, lesson, progress, now)
}

/**
 * Completes a course whose lessons are all complete: the last one that was not may have been removed.
 *
 * @returns whether the course is complete
 */
export async function completeCourse(tx: Tx, course: InCourse, now: Date): Promise<boolean> {
  if (!(await lockContact(tx, course))) return false
  const { siteId, customerId, courseId } = course
  const progress = await tx
    .selectFrom('course_progress')
    .select(['id', 'completed_at'])
    .where('customer_id', '=', customerId)
    .where('product_id', '=', courseId)
    .where('site_id', '=', siteId)
    .forUpdate()
    .executeTakeFirst()
  return progress ? endCourse(tx, course, progress, now) : false
}

/** Takes back that a lesson is complete. A course that was completed stays so. */
export async function reopenLesson(tx: Tx, { siteId, customerId, lessonId }: OpenLesson): Promise<void> {
  await tx
    .updateTable('lesson_completions')
    .set({ completed_at: null })
    .where('customer_id', '=', customerId)
    .where('lesson_id', '=', lessonId)
    .where('site_id', '=', siteId)
    .execute()
}

const aboutOf = ({ siteId, contactId, customerId }: InCourse) => ({ siteId, contactId, customerId })

const originOf = ({ customerId }: InCourse, now: Date) => ({
  actor: `customer:${customerId}`,
  requestId: null,
  now,
})

/** As when offers are granted: a deletion or a merge of the contact waits, or was before. */
async function lockContact(tx: Tx, { siteId, contactId }: InCourse): Promise<boolean> {
  const { rows } = await sql`
    select from contacts where id = ${contactId} and site_id = ${siteId} and deleted_at is null for key share`.execute(
    tx,
  )
  return rows.length > 0
}

/** The progress of a customer in a course, locked, with the lesson as the last one; null: the customer was deleted. */
async function lockProgress(tx: Tx, lesson: OpenLesson, now: Date): Promise<Progress | null> {
  if (!(await lockContact(tx, lesson))) return null
  const { siteId, contactId, customerId, courseId, lessonId } = lesson
  const { rows } = await sql<Progress>`
    insert into course_progress as p
           (site_id, customer_id, product_id, last_lesson_id, last_visited_at, created_at, updated_at)
    select site_id, id, ${courseId}, ${lessonId}, ${now}, ${now}, ${now} from customers
     where id = ${customerId} and contact_id = ${contactId} and site_id = ${siteId}
    on conflict (customer_id, product_id, site_id)
    do update set last_lesson_id = excluded.last_lesson_id, last_visited_at = excluded.last_visited_at,
                  updated_at = excluded.updated_at
    returning id, completed_at`.execute(tx)
  return rows[0] ?? null
}

/** @returns whether the customer completes the lesson for the first time */
async function insertCompletion(
  tx: Tx,
  { siteId, customerId, lessonId }: OpenLesson,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql<{ is_new: boolean }>`
    insert into lesson_completions as c (site_id, customer_id, lesson_id, completed_at)
    values (${siteId}, ${customerId}, ${lessonId}, ${now})
    on conflict (customer_id, lesson_id, site_id)
    do update set completed_at = excluded.completed_at where c.completed_at is null
    -- Zero: the row was inserted, not updated.
    returning xmax = 0 as is_new`.execute(tx)
  return rows[0]?.is_new ?? false
}

/** Completes a course, once, when all its lessons are complete. @returns whether it is complete, now or before */
async function endCourse(
  tx: Tx,
  course: InCourse,
  { id: course_progress_id, completed_at }: Progress,
  now: Date,
): Promise<boolean> {
  if (completed_at) return true
  const { siteId, customerId, courseId: course_id } = course
  const { numAffectedRows } = await sql`
    update course_progress set completed_at = ${now}, updated_at = ${now}
     where id = ${course_progress_id} and site_id = ${siteId}
       and completed_lessons(${siteId}, ${course_id}, ${customerId})
         = (select nullif(count(*), 0) from counted_lessons(${siteId}, ${course_id}))`.execute(tx)
  if (numAffectedRows !== 1n) return false
  await recordEvent(
    tx,
    'course_completed',
    aboutOf(course),
    { course_id, course_progress_id },
    originOf(course, now),
  )
  return true
}
