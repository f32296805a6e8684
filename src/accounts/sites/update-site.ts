import type { App } from '../../platform/app.ts'
import { anyOf, type Tx, violates } from '../../platform/db/database.ts'
import { differing } from '../../platform/db/differing.ts'
import { notFound, unprocessable } from '../../platform/jsonapi/errors.ts'
import { isId } from '../../platform/jsonapi/identifiers.ts'
import { languages } from '../../platform/text/languages.ts'
import { readName } from '../../platform/text/names.ts'
import { parseCustomDomain } from './custom-domain.ts'

export interface SiteChanges {
  title?: string
  /** Of buttons and links, as in "#1f6f5c"; null: the neutral one. */
  color?: string | null
  /** An https address. */
  logo_url?: string | null
  /** Of the members' pages and e-mails, for members whose own language is not known. */
  language?: string
  /** Host name under which members find the site, besides /s/<subdomain>. */
  custom_domain?: string | null
  /** Every grant is confirmed by e-mail, unless the request declines. */
  send_offer_grant_email?: boolean
  /** What automations want to send beyond it waits for the next hour. */
  automation_emails_per_hour?: number
}

/**
 * Changes how a site looks and behaves; current values change nothing.
 *
 * @param siteIds the caller's
 * @throws ApiError 404; 422 for a value that makes no sense or is taken
 */
export async function updateSite(
  app: App,
  tx: Tx,
  siteIds: string[],
  id: string,
  changes: SiteChanges,
): Promise<void> {
  const title = changes.title === undefined ? undefined : readName(changes.title)
  check('title', title, /\S/, 'cannot be blank')
  check('color', changes.color, /^#[0-9a-f]{6}$/i, 'must be a colour like #1f6f5c')
  check('logo_url', changes.logo_url, /^https:\/\/\S+$/i, 'must be an https URL')
  check(
    'language',
    changes.language,
    new RegExp(`^(${languages.join('|')})$`),
    `must be one of ${languages.join(', ')}`,
  )
  const site = await lockSite(tx, siteIds, id)
  const values = differing(
    {
      ...changes,
      title,
      ...(changes.custom_domain && { custom_domain: parseCustomDomain(app, changes.custom_domain) }),
    },
    site,
  )
  if (Object.keys(values).length === 0) return
  try {
    await tx
      .updateTable('sites')
      .set({ ...values, updated_at: app.clock.now() })
      .where('id', '=', site.id)
      .execute()
  } catch (error) {
    if (!violates(error, 'sites_custom_domain')) throw error
    throw unprocessable('taken', 'custom_domain has already been taken', '/data/attributes/custom_domain')
  }
}

async function lockSite(tx: Tx, siteIds: string[], id: string) {
  const site = await tx
    .selectFrom('sites')
    .selectAll()
    .where('id', '=', isId(id) ? id : '0')
    .where('id', '=', anyOf(siteIds))
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!site) throw notFound(`There is no site with the id ${id}.`)
  return site
}

function check(name: string, value: string | null | undefined, form: RegExp, problem: string): void {
  if (value === undefined || value === null || form.test(value)) return
  throw unprocessable('invalid', `${name} ${problem}`, `/data/attributes/${name}`)
}
