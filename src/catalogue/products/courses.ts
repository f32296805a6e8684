/** The lessons of products that are courses. */
import { sql } from 'kysely'
import type { Db } from '../../platform/db/database.ts'

export interface Course {
  title: string
  lessons: { id: string; title: string }[]
}

/** The modules of a product, with their lessons, in order; none when it is not a course. */
export async function readCourse(db: Db, siteId: string, productId: string): Promise<Course[]> {
  const { rows } = await sql<Course>`
    select m.title, (select coalesce(json_agg(json_build_object('id', l.id::text, 'title', l.title) order by l.position, l.id), '[]')
                       from course_lessons l where l.site_id = m.site_id and l.module_id = m.id) as lessons
      from course_modules m where m.site_id = ${siteId} and m.product_id = ${productId}
     order by m.position, m.id`.execute(db)
  return rows
}

export interface LessonContent {
  /** Null: none. */
  text: string | null
  picture: { url: string; alt: string } | null
  download_url: string | null
}

/** What a lesson shows. */
export async function readLesson(db: Db, siteId: string, lessonId: string): Promise<LessonContent> {
  const { body, picture_url, picture_alt, download_url } = await db
    .selectFrom('course_lessons')
    .select(['body', 'picture_url', 'picture_alt', 'download_url'])
    .where('site_id', '=', siteId)
    .where('id', '=', lessonId)
    .executeTakeFirstOrThrow()
  return {
    text: body || null,
    picture: picture_url === null ? null : { url: picture_url, alt: picture_alt },
    download_url,
  }
}
