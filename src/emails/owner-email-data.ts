import { sql } from 'kysely'
import { siteUrl } from '../links/member-links.ts'
import type { App } from '../platform/app.ts'
import { anyOf, type Tx } from '../platform/db/database.ts'
import type { EventData } from '../platform/events/events.ts'
import { givenName } from '../platform/text/names.ts'
import type { SiteEmailData } from './email-data.ts'

interface Facts {
  event_id: string
  subdomain: string
  custom_domain: string | null
  title: string
  color: string | null
  logo_url: string | null
  time_zone: string
  name: string
  email: string
  data: EventData['hook_disabled']
  hook_event: string
  target_url: string
}

/** What e-mails to the owners of accounts say, by event. Of several owners, the first is written to. */
export async function ownerEmailData(
  app: App,
  tx: Tx,
  occasions: { site_id: string; event_id: string }[],
): Promise<Map<string, SiteEmailData>> {
  if (occasions.length === 0) return new Map()
  const { rows } = await sql<Facts>`
    select e.id as event_id, e.data, s.subdomain, s.custom_domain, s.title, s.color, s.logo_url, s.time_zone, u.name, u.email,
           h.event as hook_event, h.target_url
      from events e
      join sites s on s.id = e.site_id
      join hooks h on h.site_id = e.site_id and h.id = (e.data ->> 'hook_id')::bigint
      join lateral (select name, email from users where account_id = s.account_id and role_level = 'OWNER'
                     order by id limit 1) u on true
     where e.site_id = ${anyOf(occasions.map(({ site_id }) => site_id))}
       and e.id = ${anyOf(occasions.map(({ event_id }) => event_id))}`.execute(tx)
  return new Map(rows.map((facts) => [facts.event_id, dataOf(app, facts)]))
}

function dataOf(app: App, facts: Facts): SiteEmailData {
  const { title, color, logo_url, time_zone, name, email, hook_event, target_url, data } = facts
  const url = siteUrl(app, facts)
  const { hook_id, reason, failing_since, answer } = data
  return {
    language: 'en',
    siteLanguage: 'en',
    site: { title, url, color, logo_url, time_zone },
    recipient: { name, first_name: givenName(name), email },
    offers: [],
    gift: null,
    course: null,
    lesson: null,
    link: { url, expires_in_days: null },
    hook: {
      id: hook_id,
      event: hook_event,
      host: new URL(target_url).host,
      reason,
      failing_since,
      answer,
      kept_days: app.config.KEEP_EVENTS_DAYS,
    },
  }
}
