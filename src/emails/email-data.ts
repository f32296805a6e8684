import { sql } from 'kysely'
import type { App } from '../app.ts'
import type { Tx } from '../db/database.ts'
import {
  keepLinks,
  LINK_DAYS,
  type LinkPurpose,
  linkPath,
  linkToken,
  type NewLink,
  siteUrl,
} from '../auth/member-links.ts'
import { storedLink } from './hidden-links.ts'
import type { EmailData } from './render.ts'
import type { EmailKind } from './templates/index.ts'

/** What the link of each e-mail is for. */
export const LINK_OF: Record<EmailKind, LinkPurpose> = {
  welcome: 'welcome',
  gift: 'gift',
  offer_grant: 'sign_in',
  sign_in: 'sign_in',
  password: 'password',
  email_change: 'email_change',
}

interface Facts {
  /** Of the occasion in the list, from 1. */
  place: string
  site_id: string
  event_id: string
  customer_id: string
  grant_id: string | null
  subdomain: string
  custom_domain: string | null
  title: string
  color: string | null
  logo_url: string | null
  name: string
  email: string
  gift: { from_name?: string; message?: string } | null
  offers: EmailData['offers']
}

/** An e-mail that is to say something about its event. */
export interface Occasion {
  siteId: string
  eventId: string
  kind: EmailKind
}

/** What each e-mail says, as it is stored, and makes the links in them; null when its recipient is gone. */
export async function emailData(app: App, tx: Tx, occasions: Occasion[]): Promise<(EmailData | null)[]> {
  if (occasions.length === 0) return []
  const { rows } = await factsOf(occasions).execute(tx)
  const factsAt = new Map(rows.map((facts) => [Number(facts.place), facts]))
  const found = occasions.flatMap(({ siteId, eventId, kind }, index) => {
    const facts = factsAt.get(index + 1)
    if (!facts) return []
    const { customer_id: customerId, grant_id: grantId } = facts
    return [{ index, facts, link: { siteId, eventId, purpose: LINK_OF[kind], customerId, grantId } }]
  })
  await keepLinks(
    app,
    tx,
    found.map(({ link }) => link),
  )
  const data: (EmailData | null)[] = occasions.map(() => null)
  for (const { index, facts, link } of found) data[index] = dataOf(app, occasions[index]!.kind, facts, link)
  return data
}

function dataOf(app: App, kind: EmailKind, facts: Facts, { purpose, siteId, eventId }: NewLink): EmailData {
  const { title, color, logo_url, name, email, gift, offers } = facts
  const token = linkToken(app, purpose, siteId, eventId)
  const base = siteUrl(app, facts)
  return {
    site: { title, url: base, color, logo_url },
    recipient: { name, first_name: name.trim().split(/\s+/)[0] ?? '', email },
    offers,
    gift: kind === 'gift' ? { from_name: gift?.from_name ?? null, message: gift?.message ?? null } : null,
    link: {
      url: storedLink(app, base + linkPath(purpose, token), token),
      expires_in_days: LINK_DAYS[purpose],
    },
  }
}

/** Everything about all of them in one query: a worker renders many of these. */
export const factsOf = (occasions: Occasion[]) => sql<Facts>`
    select wanted.place, e.site_id, e.id as event_id, e.customer_id, e.grant_id, s.subdomain, s.custom_domain, s.title, s.color, s.logo_url,
           c.name, coalesce(l.new_email, c.email) as email, g.gift,
           (select coalesce(json_agg(json_build_object(
                     'title', o.title, 'description', o.description, 'access_until', held.expires_at,
                     'products', (select coalesce(json_agg(json_build_object('title', p.title) order by op.position, p.id), '[]')
                                    from offer_products op join products p on p.site_id = op.site_id and p.id = op.product_id
                                   where op.site_id = o.site_id and op.offer_id = o.id)) order by o.id), '[]')
              from offers o
              left join offer_grants held on held.site_id = o.site_id and held.customer_id = e.customer_id
                                         and held.offer_id = o.id and held.revoked_at is null
             where o.site_id = e.site_id
               and o.id = any (array(select jsonb_array_elements_text(e.data -> 'offer_ids')::bigint) || e.offer_id)) as offers
      from unnest(${occasions.map(({ siteId }) => siteId)}::bigint[], ${occasions.map(({ eventId }) => eventId)}::bigint[])
           with ordinality wanted (site_id, event_id, place)
      join events e on e.site_id = wanted.site_id and e.id = wanted.event_id
      join sites s on s.id = e.site_id
      join customers c on c.site_id = e.site_id and c.id = e.customer_id and c.deleted_at is null
      left join offer_grants g on g.site_id = e.site_id and g.id = e.grant_id
      -- A change of address is confirmed at the new one.
      left join member_links l on l.site_id = e.site_id and l.event_id = e.id and l.purpose = 'email_change'`
