/** What members see of a course: its published modules and lessons, in order. */
import { sql } from 'kysely'
import type { App } from '../../platform/app.ts'
import { signedFilePath } from '../uploads/signed-path.ts'
import type { MEDIA_KINDS } from './complete-medium.ts'
import { embedUrl } from './embed-url.ts'

export interface CourseModule {
  title: string
  lessons: CourseLesson[]
}

export interface CourseLesson {
  id: string
  title: string
  /** `later` until `opens_at`; what is locked has no such time. */
  state: 'open' | 'later' | 'locked'
  opens_at: Date | null
}

interface LessonRow {
  module_id: string
  module: string
  /** Null: the module has none. */
  id: string | null
  title: string
  publishing_option: string
  opens_at: Date
}

/**
 * The modules of a product, with their lessons; none when it is not a course.
 *
 * @param since when the member's access began: lessons can open some days later
 */
export async function readCourse(
  { db, clock }: App,
  siteId: string,
  productId: string,
  since: Date,
): Promise<CourseModule[]> {
  const { rows } = await sql<LessonRow>`
    select m.id as module_id, m.title as module, l.id, l.title, l.publishing_option,
           days_later(${since}::timestamptz, coalesce(l.drip_days, 0), s.time_zone) as opens_at
      from course_modules m
      join sites s on s.id = m.site_id
      left join course_lessons l on l.site_id = m.site_id and l.module_id = m.id
       and l.archived_at is null and l.publishing_option <> 'draft'
     where m.site_id = ${siteId} and m.product_id = ${productId}
       and m.archived_at is null and m.publishing_option = 'published'
     order by m.position, m.id, l.position, l.id`.execute(db)
  const now = clock.now()
  return [...Map.groupBy(rows, ({ module_id }) => module_id).values()].map((lessons) => ({
    title: lessons[0]!.module,
    lessons: lessons.flatMap((row) => (row.id === null ? [] : [lessonOf(row, row.id, now)])),
  }))
}

function lessonOf({ title, publishing_option, opens_at }: LessonRow, id: string, now: Date): CourseLesson {
  if (publishing_option === 'locked') return { id, title, state: 'locked', opens_at: null }
  if (publishing_option === 'drip' && opens_at > now) return { id, title, state: 'later', opens_at }
  return { id, title, state: 'open', opens_at: null }
}

export interface LessonContent {
  /** HTML as its owner wrote it; empty: none. */
  body: string
  media: LessonMedium[]
}

export interface LessonMedium {
  kind: (typeof MEDIA_KINDS)[number]
  /** Of a file without one, its name. */
  title: string | null
  /** An https address, or the path of an own file, which is signed when it is for members only. */
  url: string
  /** The address of the player of a video that is somewhere else. */
  embed_url: string | null
  /** Of a video that the page plays itself. */
  captions: { language: string; label: string; url: string }[]
}

interface MediumRow extends Omit<LessonMedium, 'embed_url' | 'url' | 'captions'> {
  url: string | null
  /** Of the upload, as is `file_name`. */
  key: string | null
  file_name: string | null
  is_public: boolean
  captions: { language: string; label: string; key: string; is_public: boolean }[]
}

/** What a lesson shows to somebody who has access to it. */
export async function readLesson(app: App, siteId: string, lessonId: string): Promise<LessonContent> {
  const { body } = await app.db
    .selectFrom('course_lessons')
    .select('body')
    .where('site_id', '=', siteId)
    .where('id', '=', lessonId)
    .executeTakeFirstOrThrow()
  const { rows } = await sql<MediumRow>`
    select m.kind, m.title, m.url, u.key, u.file_name, u.visibility = 'public' as is_public,
           coalesce((
             select json_agg(json_build_object('language', c.value ->> 'language', 'label', c.value ->> 'label', 'key', f.key,
                                               'is_public', f.visibility = 'public') order by c.n)
               from jsonb_array_elements(m.captions) with ordinality c (value, n)
               join uploads f on f.id = (c.value ->> 'upload_id')::bigint and f.site_id = m.site_id
                and f.deleted_at is null), '[]') as captions
      from lesson_media m left join uploads u on u.site_id = m.site_id and u.id = m.upload_id
     where m.site_id = ${siteId} and m.lesson_id = ${lessonId} and m.archived_at is null
     order by m.position, m.id`.execute(app.db)
  return { body, media: rows.map((row) => mediumOf(app, row)) }
}

function mediumOf(
  app: App,
  { kind, title, url, key, file_name, is_public, captions }: MediumRow,
): LessonMedium {
  const medium = {
    kind,
    title: title ?? (kind === 'file' ? (file_name ?? lastPartOf(url!)) : null),
    captions: captions.map(({ language, label, key, is_public: isPublic }) => ({
      language,
      label,
      url: signedFilePath(app, { key, isPublic }),
    })),
  }
  if (key !== null)
    return { ...medium, url: signedFilePath(app, { key, isPublic: is_public }), embed_url: null }
  return { ...medium, url: url!, embed_url: kind === 'video' ? embedUrl(url!) : null }
}

/** The name of the file at an address, as far as the address says it. */
function lastPartOf(address: string): string | null {
  const part = URL.parse(address)?.pathname.split('/').at(-1) || null
  try {
    return part && decodeURIComponent(part)
  } catch {
    return part
  }
}
