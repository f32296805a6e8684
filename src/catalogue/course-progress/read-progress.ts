import { sql } from 'kysely'
import type { Db } from '../../platform/db/database.ts'

/** How far a customer is in a course. */
export interface CourseProgress {
  /** Of the record; null: no lesson was opened yet. */
  id: string | null
  /** Lessons that count: those that are or will be open. */
  total: number
  /** How many of them are complete. */
  completed: number
  /** Whole percents, 100 only when all are complete. */
  percent: number
  lastLessonId: string | null
  /** When all lessons were complete for the first time. */
  completedAt: Date | null
  /** When each lesson was completed, by its id. */
  completions: Map<string, Date>
}

interface Row {
  product_id: string
  id: string | null
  total: number
  last_lesson_id: string | null
  completed_at: Date | null
  completed: [lesson: string, at: string][]
}

/** The progress of a customer in several courses, by the id of the product; nothing of products without lessons. */
export async function readProgress(
  db: Db,
  siteId: string,
  customerId: string,
  productIds: string[],
): Promise<Map<string, CourseProgress>> {
  if (productIds.length === 0) return new Map()
  const { rows } = await sql<Row>`
    select product.id as product_id, p.id, lessons.total, p.last_lesson_id, p.completed_at, lessons.completed
      from unnest(${productIds}::bigint[]) product (id)
     cross join lateral (
       select count(*)::int as total,
              coalesce(json_agg(json_build_array(c.lesson_id::text, c.completed_at)) filter (where c.completed_at is not null),
                       '[]') as completed
         from counted_lessons(${siteId}, product.id) l
         left join lesson_completions c on c.customer_id = ${customerId} and c.lesson_id = l.lesson_id
                                       and c.site_id = ${siteId}) lessons
      left join course_progress p on p.customer_id = ${customerId} and p.product_id = product.id and p.site_id = ${siteId}
     where lessons.total > 0`.execute(db)
  return new Map(rows.map((row) => [row.product_id, progressOf(row)]))
}

function progressOf({ id, total, last_lesson_id, completed_at, completed }: Row): CourseProgress {
  return {
    id,
    total,
    completed: completed.length,
    percent: Math.floor((completed.length / total) * 100),
    lastLessonId: last_lesson_id,
    completedAt: completed_at,
    completions: new Map(completed.map(([lesson, at]) => [lesson, new Date(at)])),
  }
}
