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
