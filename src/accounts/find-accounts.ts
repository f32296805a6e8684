import { sql } from 'kysely'
import type { Db } from '../platform/db/database.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import { parseEmailAddress } from '../platform/text/email-address.ts'

/** What has an id, or another name, that only one account of the server can have. */
const OWNERS = {
  key: (given: string) =>
    sql`select account_id from api_keys where id::text = ${given} or client_id = ${given}`,
  site: (given: string) => sql`select account_id from sites where id::text = ${given}`,
  user: (given: string) =>
    sql`select account_id from users where email = ${parseEmailAddress(given) ?? ''} and left_at is null`,
  contact: (given: string) => ofSite('contacts', given),
  email: (given: string) => ofSite('emails', given),
  offer: (given: string) => ofSite('offers', given),
  product: (given: string) => ofSite('products', given),
  form: (given: string) => ofSite('forms', given),
  tag: (given: string) => ofSite('contact_tags', given),
  coupon: (given: string) => ofSite('coupons', given),
  segment: (given: string) => ofSite('segments', given),
  podcast: (given: string) => ofSite('podcasts', given),
  'blog post': (given: string) => ofSite('blog_posts', given),
  'landing page': (given: string) => ofSite('landing_pages', given),
  'website page': (given: string) => ofSite('website_pages', given),
  'bulk job': (given: string) => ofSite('bulk_jobs', given),
  import: (given: string) => ofSite('imports', given),
  'custom field': (given: string) => ofSite('custom_fields', given),
}

/** What identifies an account. */
export type Owned = keyof typeof OWNERS

const ofSite = (table: string, given: string) =>
  sql`select s.account_id from ${sql.table(table)} t join sites s on s.id = t.site_id where t.id = ${isId(given) ? given : '0'}`

/** The account that something belongs to, and whether there are several accounts. @param given its id or name */
export async function findOwner(
  db: Db,
  what: Owned,
  given: string,
): Promise<{ accountId: string | null; hasSeveral: boolean }> {
  const { rows } = await sql<{ accountId: string | null; hasSeveral: boolean }>`
    select (${OWNERS[what](given.trim())}) as "accountId", (select count(*) > 1 from accounts) as "hasSeveral"`.execute(
    db,
  )
  return rows[0]!
}

export interface AccountWithSites {
  id: string
  name: string
  ownerId: string
  /** Without those that are archived. */
  siteIds: string[]
}

/** All accounts, with their owners and sites. */
export async function findAccounts(db: Db): Promise<AccountWithSites[]> {
  const { rows } = await sql<AccountWithSites>`
    select a.id, a.name,
           (select u.id from users u where u.account_id = a.id order by u.role_level desc, u.id limit 1) as "ownerId",
           array(select s.id from sites s where s.account_id = a.id and s.archived_at is null order by s.id) as "siteIds"
      from accounts a order by a.id`.execute(db)
  return rows
}

/** The archived sites of an account. */
export async function findArchivedSites(db: Db, accountId: string): Promise<string[]> {
  const sites = await db
    .selectFrom('sites')
    .select('id')
    .where('account_id', '=', accountId)
    .where('archived_at', 'is not', null)
    .execute()
  return sites.map(({ id }) => id)
}
