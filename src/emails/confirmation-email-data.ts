import { sql } from 'kysely'
import { keepLinks, siteUrl } from '../links/member-links.ts'
import type { App } from '../platform/app.ts'
import { anyOf, type Tx } from '../platform/db/database.ts'
import { languageOf } from '../platform/text/languages.ts'
import { givenName } from '../platform/text/names.ts'
import type { SiteEmailData } from './email-data.ts'
import type { EmailContext } from './email-facts.ts'
import { signedLink } from './signed-link.ts'

interface Facts {
  event_id: string
  site_id: string
  submission_id: string
  subdomain: string
  custom_domain: string | null
  title: string
  color: string | null
  logo_url: string | null
  time_zone: string
  site_language: string
  language: string | null
  name: string
  email: string
  /** By handle, as they were submitted; null: the site has no custom fields. */
  custom: Record<string, string | null> | null
}

/** What e-mails that ask for the confirmation of a submission say, by event; makes the links in them. */
export async function confirmationEmailData(
  app: App,
  tx: Tx,
  occasions: EmailContext[],
): Promise<Map<string, SiteEmailData>> {
  if (occasions.length === 0) return new Map()
  const { rows } = await sql<Facts>`
    select e.id as event_id, e.site_id, f.id as submission_id, s.subdomain, s.custom_domain, s.title, s.color, s.logo_url, s.time_zone,
           s.language as site_language, e.data ->> 'language' as language, f.name, f.email,
           -- A template may name one that was archived since.
           (select jsonb_object_agg('custom_' || field.number, f.answers -> ('custom_' || field.number))
              from custom_fields field where field.site_id = e.site_id) as custom
      from events e
      join sites s on s.id = e.site_id
      join form_submissions f on f.id = (e.data ->> 'form_submission_id')::bigint and f.site_id = e.site_id
                             and f.contact_id is null
     where e.site_id = ${anyOf(occasions.map(({ site_id }) => site_id))}
       and e.id = ${anyOf(occasions.map(({ event_id }) => event_id))}`.execute(tx)
  await keepLinks(
    app,
    tx,
    rows.map(({ event_id: eventId, site_id: siteId, submission_id: submissionId }) => ({
      purpose: 'form' as const,
      ...{ siteId, eventId, submissionId },
    })),
  )
  return new Map(rows.map((facts) => [facts.event_id, dataOf(app, facts)]))
}

function dataOf(app: App, facts: Facts): SiteEmailData {
  const {
    title,
    color,
    logo_url,
    time_zone,
    name,
    email,
    language,
    site_language,
    site_id,
    event_id,
    custom,
  } = facts
  const url = siteUrl(app, facts)
  return {
    language: languageOf(language ?? site_language),
    siteLanguage: languageOf(site_language),
    site: { title, url, color, logo_url, time_zone },
    recipient: { name, first_name: givenName(name), email, ...custom },
    offers: [],
    gift: null,
    course: null,
    lesson: null,
    link: signedLink(app, { purpose: 'form', siteId: site_id, cause: event_id }, url, null),
  }
}
