import type pg from 'pg'

interface Expected {
  /** Two, each with a row for each contact. */
  jobs: string[]
  offerId: string
  contacts: string[]
  /** Length of access after both. */
  days: number
}

/** Every contact holds the offer once, for exactly so many days: one row granted it, and one extended access. */
export async function auditExtensions(
  database: pg.Pool,
  { jobs, offerId, contacts, days }: Expected,
): Promise<string[]> {
  const { rows } = await database.query<Found>(FOUND, [contacts, offerId, jobs])
  return rows.flatMap((found) =>
    faultsOf(found, days).map((fault) => `contact ${found.contact_id}: ${fault}`),
  )
}

interface Found {
  contact_id: string
  /** Days of each live grant. */
  days: number[]
  granted: number
  extended: number
  statuses: string[]
}

function faultsOf(found: Found, days: number): string[] {
  const faults: string[] = []
  if (found.days.join() !== String(days))
    faults.push(`holds the offer for ${found.days.join(' and ') || 'no'} days`)
  if (found.granted !== 1) faults.push(`${found.granted} events offer_granted`)
  if (found.extended !== 1) faults.push(`${found.extended} events access_extended`)
  if (found.statuses.join() !== 'granted,renewed') faults.push(`its rows are ${found.statuses.join()}`)
  return faults
}

const FOUND = `
  select c.id as contact_id,
         array(select extract(day from g.expires_at - g.starts_at)::int from offer_grants g
                 join customers cu on cu.site_id = g.site_id and cu.id = g.customer_id
                where cu.contact_id = c.id and g.offer_id = $2 and g.revoked_at is null) as days,
         (select count(*)::int from events e where e.contact_id = c.id and e.type = 'offer_granted') as granted,
         (select count(*)::int from events e where e.contact_id = c.id and e.type = 'access_extended') as extended,
         array(select r.status from bulk_job_rows r
                where r.contact_id = c.id and r.job_id = any ($3) order by r.status) as statuses
    from unnest($1::bigint[]) c (id)
   order by c.id`
