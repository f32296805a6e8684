import { sql } from 'kysely'
import { USER_LINK_HOURS, type UserPurpose, userLinkToken, userLinkUrl } from '../links/user-links.ts'
import type { App } from '../platform/app.ts'
import { anyOf, type Tx } from '../platform/db/database.ts'
import { languageOf } from '../platform/text/languages.ts'
import { givenName } from '../platform/text/names.ts'
import type { SiteEmailData } from './email-data.ts'
import { redact } from './link-redaction.ts'
import type { UserEmailKind } from './templates/index.ts'

const PURPOSES: Record<UserEmailKind, UserPurpose> = {
  user_invitation: 'invitation',
  user_password: 'password',
}

interface Facts {
  event_id: string
  kind: UserEmailKind
  account: string
  color: string | null
  logo_url: string | null
  time_zone: string
  language: string
  name: string
  email: string
}

/** The secret part of the link in an e-mail to a user. */
export const tokenOfUserEmail = (app: App, kind: UserEmailKind, eventId: string): string =>
  userLinkToken(app, PURPOSES[kind], eventId)

/** What e-mails to users of an account say, by event; nothing where the user has left or the invitation has ended. */
export async function userEmailData(
  app: App,
  tx: Tx,
  occasions: { site_id: string; event_id: string }[],
): Promise<Map<string, SiteEmailData>> {
  if (occasions.length === 0) return new Map()
  const { rows } = await sql<Facts>`
    select e.id as event_id, a.name as account, s.color, s.logo_url, s.time_zone, s.language,
           case when i.id is null then 'user_password' else 'user_invitation' end as kind,
           coalesce(i.name, u.name, '') as name, coalesce(i.email, u.email) as email
      from events e
      join sites s on s.id = e.site_id
      join accounts a on a.id = s.account_id
      left join invitations i on i.account_id = s.account_id and i.id = (e.data ->> 'invitation_id')::bigint
                             and i.accepted_at is null and i.revoked_at is null
      left join users u on u.account_id = s.account_id and u.id = (e.data ->> 'user_id')::bigint and u.left_at is null
     where e.site_id = ${anyOf(occasions.map(({ site_id }) => site_id))}
       and e.id = ${anyOf(occasions.map(({ event_id }) => event_id))}
       and coalesce(i.id, u.id) is not null`.execute(tx)
  return new Map(rows.map((facts) => [facts.event_id, dataOf(app, facts)]))
}

function dataOf(app: App, facts: Facts): SiteEmailData {
  const { event_id, kind, account, color, logo_url, time_zone, name, email } = facts
  const token = tokenOfUserEmail(app, kind, event_id)
  const purpose = PURPOSES[kind]
  const language = languageOf(facts.language)
  return {
    language,
    siteLanguage: language,
    site: { title: account, url: `${app.publicUrl}/admin`, color, logo_url, time_zone },
    recipient: { name, first_name: givenName(name), email },
    offers: [],
    gift: null,
    course: null,
    lesson: null,
    link: {
      url: redact(app, userLinkUrl(app, purpose, token), token),
      expires_in_days: USER_LINK_HOURS[purpose] / 24,
    },
  }
}
