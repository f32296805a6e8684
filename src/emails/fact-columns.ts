import { sql } from 'kysely'

/**
 * All offers `o` of a query, with their products, as templates have them. `held` is the grant of each, or null.
 * Compare EmailData.
 */
export const offersAsJson = sql`coalesce(json_agg(json_build_object(
                     'title', o.title, 'description', o.description, 'access_until', held.expires_at,
                     'products', (select coalesce(json_agg(json_build_object('title', p.title) order by op.position, p.id), '[]')
                                    from offer_products op join products p on p.site_id = op.site_id and p.id = op.product_id
                                   where op.site_id = o.site_id and op.offer_id = o.id)) order by o.id), '[]')`

/** The values of the custom fields of the contact `c`, by name. A template may name one that was archived since. */
export const customValues = sql`(select jsonb_object_agg('custom_' || f.number, c.custom -> ('custom_' || f.number))
              from custom_fields f where f.site_id = c.site_id)`

/** The course of the event `e`, and how much of it the customer `cu` has completed; null: it is about no course. */
export const courseAsJson = sql`(select json_build_object('id', p.id::text, 'title', p.title, 'percent',
                     coalesce(100 * completed_lessons(p.site_id, p.id, cu.id)
                              / nullif((select count(*) from counted_lessons(p.site_id, p.id)), 0), 0))
              from products p
             where p.site_id = e.site_id and p.id = (e.data ->> 'course_id')::bigint)`

/** The lesson of the event `e`. */
export const lessonAsJson = sql`(select json_build_object('id', l.id::text, 'title', l.title)
              from course_lessons l
             where l.site_id = e.site_id and l.id = (e.data ->> 'lesson_id')::bigint)`
