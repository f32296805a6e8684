/** Where visitors find what a site publishes: blog posts, pages and podcasts. The pages are in src/members/. */
import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import { derived, text } from '../platform/jsonapi/field-types.ts'
import { type Field, matching, writable } from '../platform/jsonapi/fields.ts'
import type { Values } from '../platform/jsonapi/read-attributes.ts'
import type { Attribute, Row } from '../platform/jsonapi/resource.ts'
import type { Records } from '../platform/records/records.ts'
import { slugOf } from '../platform/text/slugs.ts'

/** The URL of what is at a path of its site. @param path over the row `r`, as in "/blog/hello" */
export const publicUrl = (path: RawBuilder<unknown>): Attribute =>
  derived<string>(
    text(sql`(select '/s/' || s.subdomain || ${path} from sites s where s.id = r.site_id)`),
    (address, { baseUrl }) => baseUrl + address,
  )

const LONGEST_SLUG = 200

const slugField: Field = matching(
  /^(?=.{1,200}$)[a-z0-9]+(?:[-_][a-z0-9]+)*$/,
  `of a to z, 0 to 9 and single hyphens, with at most ${LONGEST_SLUG} characters`,
)

/** The last part of its address. */
export const slug = (): Attribute => writable(text(), slugField)

type Slugged = 'blog_posts' | 'landing_pages' | 'website_pages'

/** What there is to say of writing what has a slug: without one, it follows from the title of the new one. */
export const slugRecords = (table: Slugged): Pick<Records, 'table' | 'unique' | 'complete'> => ({
  table,
  unique: { [`${table}_slug`]: 'slug' },
  complete: async (values: Values, row: Row | null, { tx }, siteId) =>
    row || values.slug
      ? values
      : { ...values, slug: await freeSlug(tx, table, siteId!, String(values.title)) },
})

/** As in "hello-world", or "hello-world-2" when that is taken. Whoever wants one at the same moment waits. */
async function freeSlug(tx: Tx, table: Slugged, siteId: string, title: string): Promise<string> {
  const base = slugOf(title, LONGEST_SLUG - 10) || 'untitled'
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${table} ${siteId}`}, 0))`.execute(tx)
  const { rows } = await sql<{ slug: string }>`
    select slug from ${sql.table(table)}
     where site_id = ${siteId} and archived_at is null and (slug = ${base} or slug like ${`${base}-%`})`.execute(
    tx,
  )
  const taken = new Set(rows.map((row) => row.slug))
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? base : `${base}-${number}`
    if (!taken.has(candidate)) return candidate
  }
}
