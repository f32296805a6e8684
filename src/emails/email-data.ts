import { sql } from 'kysely'
import { keepLinks, type LinkPurpose, linkToken, type NewLink, siteUrl } from '../links/member-links.ts'
import type { App } from '../platform/app.ts'
import type { Tx } from '../platform/db/database.ts'
import { type Language, languageOf } from '../platform/text/languages.ts'
import { givenName } from '../platform/text/names.ts'
import { confirmationEmailData } from './confirmation-email-data.ts'
import { customValues, offersAsJson } from './fact-columns.ts'
import { ownerEmailData } from './owner-email-data.ts'
import type { EmailData } from './render.ts'
import { signedLink } from './signed-link.ts'
import { type ContactEmailKind, isUserEmailKind, TEMPLATE_TEST } from './templates/index.ts'
import { tokenOfUserEmail, userEmailData } from './user-email-data.ts'

/** What the link of each e-mail is for; or the page that it leads to, which anybody can open. */
const LINK_OF: Record<ContactEmailKind, LinkPurpose | `/${string}`> = {
  welcome: 'welcome',
  gift: 'gift',
  offer_grant: 'sign_in',
  access_ending: 'sign_in',
  payment_failed: 'sign_in',
  trial_ending: 'sign_in',
  sign_in: 'sign_in',
  password: 'password',
  // Somebody else may read the mailbox by now: these let nobody in.
  password_changed: '/request-link?purpose=password',
  email_change: 'email_change',
  email_changed: '/sign-in',
  email_removed: '/',
  automation: 'sign_in',
  form_confirmation: 'form',
}

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

interface Facts {
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
  /** By handle; null: the site has no custom fields. */
  custom: Record<string, string | null> | null
}

/** An e-mail's data, with the language of its site beside that of its recipient. */
export type SiteEmailData = EmailData & { siteLanguage: Language }

/** What each e-mail says, as it is stored, and makes the links in them; null when its recipient is gone. */
export async function emailData(
  app: App,
  tx: Tx,
  occasions: EmailContext[],
): Promise<(SiteEmailData | null)[]> {
  if (occasions.length === 0) return []
  const { rows } = await factsOf(occasions).execute(tx)
  const factsAt = new Map(rows.map((facts) => [Number(facts.place) - 1, facts]))
  await keepLinks(
    app,
    tx,
    occasions.flatMap((occasion, index) => linkOf(occasion, factsAt.get(index)) ?? []),
  )
  const toOthers = new Map([
    ...(await ownerEmailData(app, tx, occasions.filter(isToOwner))),
    ...(await confirmationEmailData(app, tx, occasions.filter(isToSubmitter))),
    ...(await userEmailData(app, tx, occasions.filter(isToUser))),
  ])
  return occasions.map((occasion, index) => {
    if (isToOwner(occasion) || isToSubmitter(occasion) || isToUser(occasion))
      return toOthers.get(occasion.event_id) ?? null
    const facts = factsAt.get(index)
    return facts && isReached(occasion, facts) ? dataOf(app, occasion, facts) : null
  })
}

const isToOwner = ({ kind }: EmailContext) => kind === 'hook_disabled'

/** It was rendered when it was queued; the link of a sample has no secret. */
const isTest = ({ kind }: EmailContext) => kind === TEMPLATE_TEST

const isToUser = ({ kind }: EmailContext) => isUserEmailKind(kind)

/** Who has submitted a form need not be a contact before the e-mail is confirmed. */
const isToSubmitter = ({ kind }: EmailContext) => kind === 'form_confirmation'

/** What the system sends is for customers; what an automation sends is for every contact. */
const isReached = ({ kind }: EmailContext, { customer_id }: Facts) =>
  kind === 'automation' || customer_id !== null

/** Who is no customer has nowhere to sign in, and gets none. */
function linkOf(occasion: EmailContext, facts: Facts | undefined): NewLink | null {
  const purpose = purposeOf(occasion)
  if (!facts?.customer_id || !purpose) return null
  return {
    purpose,
    siteId: occasion.site_id,
    eventId: occasion.event_id,
    cause: causeOf(occasion),
    customerId: facts.customer_id,
    grantId: facts.grant_id,
  }
}

const linkOfKind = ({ kind }: Pick<EmailContext, 'kind'>) => LINK_OF[kind as ContactEmailKind]

function purposeOf(occasion: EmailContext): LinkPurpose | null {
  if (isToOwner(occasion) || isToUser(occasion) || isTest(occasion)) return null
  const link = linkOfKind(occasion)
  return isPath(link) ? null : link
}

const isPath = (link: LinkPurpose | `/${string}`): link is `/${string}` => link.startsWith('/')

const causeOf = ({ event_id, run_id, step }: EmailContext) =>
  run_id === null ? event_id : `${event_id}:${run_id}:${step}`

/** The secret part of the link in an e-mail; null when its link has none. */
export function emailToken(app: App, occasion: EmailContext): string | null {
  if (isUserEmailKind(occasion.kind)) return tokenOfUserEmail(app, occasion.kind, occasion.event_id)
  const purpose = purposeOf(occasion)
  return purpose && linkToken(app, purpose, occasion.site_id, causeOf(occasion))
}

function dataOf(app: App, occasion: EmailContext, facts: Facts): SiteEmailData {
  const { title, color, logo_url, name, email, gift, offers, language, site_language, time_zone, custom } =
    facts
  const base = siteUrl(app, facts)
  return {
    language: languageOf(language ?? site_language),
    siteLanguage: languageOf(site_language),
    site: { title, url: base, color, logo_url, time_zone },
    recipient: { name, first_name: givenName(name), email, ...custom },
    offers,
    gift:
      occasion.kind === 'gift'
        ? { from_name: gift?.from_name ?? null, message: gift?.message ?? null }
        : null,
    link: linkIn(app, occasion, facts, base),
  }
}

function linkIn(
  app: App,
  occasion: EmailContext,
  { customer_id, next }: Facts,
  base: string,
): EmailData['link'] {
  if (customer_id === null) return { url: base, expires_in_days: null }
  const link = linkOfKind(occasion)
  return isPath(link)
    ? { url: base + link, expires_in_days: null }
    : signedLink(app, { purpose: link, siteId: occasion.site_id, cause: causeOf(occasion) }, base, next)
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
