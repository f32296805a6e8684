import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import type { Referrer } from '../../platform/references/in-use.ts'
import type { ReferredType } from '../../platform/references/referable.ts'
import { uploadPath } from '../own-files.ts'

/** What has the address of a picture, and what has HTML, by table. */
const ADDRESSES: [noun: string, table: string, columns: string[]][] = [
  ['product', 'products', ['thumbnail_url']],
  ['offer', 'offers', ['image_url']],
  ['module', 'course_modules', ['poster_image_url']],
  ['podcast', 'podcasts', ['thumbnail_url', 'cover_art_url']],
  ['blog post', 'blog_posts', ['image_url', 'content']],
  ['landing page', 'landing_pages', ['content']],
  ['website page', 'website_pages', ['content']],
]

/** What of a site, not archived, shows an upload, in words. */
export async function contentNaming(
  tx: Tx,
  siteId: string,
  type: ReferredType,
  id: string,
): Promise<Referrer[]> {
  if (type !== 'uploads') return []
  const upload = await tx
    .selectFrom('uploads')
    .select('key')
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const parts = [
    // Members see the lessons of an archived course as long as they hold it.
    sql`select 'the medium ' || d.id || ' of the lesson ' || l.id as name
          from lesson_media d
          join course_lessons l on l.site_id = d.site_id and l.id = d.lesson_id and l.archived_at is null
          join course_modules m on m.site_id = l.site_id and m.id = l.module_id and m.archived_at is null
         where d.site_id = ${siteId} and d.archived_at is null
           and (d.upload_id = ${id} or d.captions @> ${JSON.stringify([{ upload_id: id }])}::jsonb)`,
    sql`select 'the lesson "' || l.title || '" (' || l.id || ')' as name
          from course_lessons l
          join course_modules m on m.site_id = l.site_id and m.id = l.module_id and m.archived_at is null
         where l.site_id = ${siteId} and l.archived_at is null and strpos(l.body, ${uploadPath(upload.key)}) > 0`,
    ...ADDRESSES.map((address) => usersIn(address, siteId, uploadPath(upload.key))),
  ]
  const { rows } = await sql<{ name: string }>`${sql.join(parts, sql` union all `)}`.execute(tx)
  return rows.map(({ name }) => ({ name, remedy: 'Remove the file from the content that shows it' }))
}

const usersIn = (
  [noun, table, columns]: (typeof ADDRESSES)[number],
  siteId: string,
  path: string,
): RawBuilder<unknown> => sql`
  select ${`the ${noun} "`} || title || '" (' || id || ')' as name from ${sql.table(table)}
   where site_id = ${siteId} and archived_at is null
     and (${sql.join(
       columns.map((column) => sql`strpos(coalesce(${sql.id(column)}, ''), ${path}) > 0`),
       sql` or `,
     )})`
