import { sql } from 'kysely'
import { courseAsJson, customValues, lessonAsJson, offersAsJson } from './fact-columns.ts'
import type { EmailData } from './templates/data.ts'

/** An e-mail that is to say something: about an event, to a contact or the owner, and perhaps as a step of an automation. */
export interface EmailContext {
  site_id: string
  kind: string
  event_id: string
  /** Null: to the owner of the account, or to whoever submitted a form. */
  contact_id: string | null
  run_id: string | null
  step: number | null
}

/** What is known of an e-mail to a contact. */
export interface Facts {
  /** Of the occasion in the list, from 1. */
  place: string
  customer_id: string | null
  grant_id: string | null
  subdomain: string
  custom_domain: string | null
  title: string
  color: string | null
  logo_url: string | null
  name: string
  email: string
  gift: { from_name?: string; message?: string } | null
  site_language: string
  time_zone: string
  /** Of the page on which the e-mail was requested, else of the recipient. */
  language: string | null
  /** The path of the site that a link leads on to after signing in. */
  next: string | null
  offers: EmailData['offers']
  /** That the occasion is about, for an automation. */
  course: { id: string; title: string; percent: number } | null
  lesson: { id: string; title: string } | null
  /** By handle; null: the site has no custom fields. */
  custom: Record<string, string | null> | null
}

/** Everything about all of them in one query: a worker renders many of these. */
export const factsOf = (occasions: EmailContext[]) => sql<Facts>`
    select wanted.place, cu.id as customer_id, e.grant_id, s.subdomain, s.custom_domain, s.title, s.color, s.logo_url, s.time_zone,
           c.name, coalesce(l.new_email, case wanted.kind when 'email_removed' then e.data ->> 'previous_email' end, c.email) as email,
           g.gift, s.language as site_language, coalesce(e.data ->> 'language', cu.language) as language,
           case wanted.kind when 'sign_in' then e.data ->> 'next' end as next,
           (select ${offersAsJson}
              from offers o
              left join offer_grants held on held.site_id = o.site_id and held.customer_id = cu.id
                                         and held.offer_id = o.id and held.revoked_at is null
             where o.site_id = e.site_id
               and o.id = any (array(select jsonb_array_elements_text(e.data -> 'offer_ids')::bigint) || e.offer_id)) as offers,
           case wanted.kind when 'automation' then ${courseAsJson} end as course,
           case wanted.kind when 'automation' then ${lessonAsJson} end as lesson,
           ${customValues} as custom
      from unnest(${occasions.map(({ site_id }) => site_id)}::bigint[], ${occasions.map(({ event_id }) => event_id)}::bigint[],
                  ${occasions.map(({ contact_id }) => contact_id)}::bigint[], ${occasions.map(({ kind }) => kind)}::text[])
           with ordinality wanted (site_id, event_id, contact_id, kind, place)
      join events e on e.site_id = wanted.site_id and e.id = wanted.event_id
      join sites s on s.id = e.site_id
      join contacts c on c.site_id = e.site_id and c.id = wanted.contact_id and c.deleted_at is null
      left join customers cu on cu.site_id = c.site_id and cu.contact_id = c.id
      left join offer_grants g on g.site_id = e.site_id and g.id = e.grant_id
      -- A change of address is confirmed at the new one.
      left join member_links l on l.site_id = e.site_id and l.event_id = e.id and l.purpose = 'email_change'`
