/** The rows of one site in the database. */
import type { App } from '../../../src/platform/app.ts'
import type { Email, Grant } from '../rules/world.ts'

interface Person {
  id: string
  name: string
  email: string | null
}

export interface Rows {
  contacts: (Person & { merged_into: string | null })[]
  aliases: { contact_id: string; email: string }[]
  customers: (Person & { contact_id: string })[]
  grants: {
    id: string
    customer_id: string
    offer_id: string
    granted_at: string
    starts_at: string
    expires_at: string | null
    ending_notice_at: string | null
    gift: object | null
    /** Its access period is over, and it is not closed yet. */
    is_over: boolean
    revoke_reason: Grant['ended']
  }[]
  events: {
    id: string
    type: string
    contact_id: string
    offer_id: string | null
    reason: string | null
    merged_customer_id: string | null
  }[]
  emails: { kind: Email['kind']; contact_id: string; status: Email['status']; to_email: string | null }[]
}

const SELECTIONS: Record<keyof Rows, string> = {
  contacts: 'id::text, name, email, merged_into::text from contacts',
  aliases: 'contact_id::text, email from contact_aliases',
  customers: 'id::text, contact_id::text, name, email from customers',
  grants: `id::text, customer_id::text, offer_id::text, granted_at, starts_at, expires_at, ending_notice_at, gift, revoke_reason,
             revoked_at is null and coalesce(expires_at <= $2, false) as is_over from offer_grants`,
  events: `id::text, type, contact_id::text, offer_id::text, data ->> 'reason' as reason,
             data ->> 'merged_customer_id' as merged_customer_id from events`,
  emails: 'kind, contact_id::text, status, to_email from emails',
}

const QUERY = `select ${Object.entries(SELECTIONS)
  .map(
    ([name, selection]) =>
      `(select coalesce(jsonb_agg(r), '[]') from (select ${selection} where site_id = $1) r) as ${name}`,
  )
  .join(', ')}`

export async function readRows({ pool, clock }: App, siteId: string): Promise<Rows> {
  const { rows } = await pool.query<Rows>(QUERY, [siteId, clock.now()])
  return rows[0]!
}

/** Indexes for the queries of one site: there are thousands, one for each scenario. */
export async function indexBySite({ pool }: App): Promise<void> {
  for (const table of ['customers', 'offer_grants', 'events', 'emails', 'contacts', 'contact_aliases']) {
    await pool.query(`create index ${table}_by_site on ${table} (site_id)`)
  }
}
