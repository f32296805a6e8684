import { sql } from 'kysely'
import type { App } from '../app.ts'
import type { MemberSite } from './member.ts'

export interface LibraryItem {
  product_id: string
  title: string
  description: string | null
  image_url: string | null
  /** Title of the offer that gives it. */
  offer: string
  since: Date
  until: Date | null
  state: 'open' | 'later' | 'ended'
  /** Why it ended. */
  reason: 'expired' | 'revoked' | null
}

/**
 * Every product that a member has or had by some offer, once: the way that reaches furthest. What is open
 * comes first, then what begins later, then what has ended.
 */
export async function readLibrary(
  { db, clock }: App,
  site: MemberSite,
  customerId: string,
): Promise<LibraryItem[]> {
  const now = clock.now()
  const { rows } = await sql<LibraryItem>`
    select * from (
      select distinct on (p.id) p.id as product_id, p.title, p.description, p.thumbnail_url as image_url, o.title as offer,
             g.starts_at as since, coalesce(g.revoked_at, g.expires_at) as until,
             case when g.revoked_at is not null or g.expires_at <= ${now} then 'ended'
                  when g.starts_at > ${now} then 'later' else 'open' end as state,
             case when g.revoke_reason = 'expired' or (g.revoked_at is null and g.expires_at <= ${now}) then 'expired'
                  when g.revoked_at is not null then 'revoked' end as reason
        from offer_grants g
        join offers o on o.site_id = g.site_id and o.id = g.offer_id
        join offer_products op on op.site_id = g.site_id and op.offer_id = g.offer_id
        join products p on p.site_id = op.site_id and p.id = op.product_id and p.publish_status = 'published'
       where g.site_id = ${site.id} and g.customer_id = ${customerId}
       order by p.id, g.revoked_at is not null, coalesce(g.expires_at <= ${now}, false), g.starts_at > ${now},
                g.expires_at desc nulls first, g.id desc) item
     order by array_position(array['open', 'later', 'ended'], item.state), item.since desc, item.product_id`.execute(
    db,
  )
  return rows
}

export interface Course {
  title: string
  lessons: { id: string; title: string }[]
}

/** The modules of a product, with their lessons, in order; none when it is not a course. */
export async function readCourse({ db }: App, site: MemberSite, productId: string): Promise<Course[]> {
  const { rows } = await sql<Course>`
    select m.title, (select coalesce(json_agg(json_build_object('id', l.id::text, 'title', l.title) order by l.position, l.id), '[]')
                       from course_lessons l where l.site_id = m.site_id and l.module_id = m.id) as lessons
      from course_modules m where m.site_id = ${site.id} and m.product_id = ${productId}
     order by m.position, m.id`.execute(db)
  return rows
}

/** A lesson of a product; undefined when it has none of this id. */
export async function readLesson({ db }: App, site: MemberSite, productId: string, lessonId: string) {
  return db
    .selectFrom('course_lessons as l')
    .innerJoin('course_modules as m', (join) =>
      join.onRef('m.site_id', '=', 'l.site_id').onRef('m.id', '=', 'l.module_id'),
    )
    .select(['l.title', 'l.body', 'm.title as module'])
    .where('l.site_id', '=', site.id)
    .where('l.id', '=', lessonId)
    .where('m.product_id', '=', productId)
    .executeTakeFirst()
}
