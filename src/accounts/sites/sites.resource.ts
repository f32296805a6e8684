import { sql } from 'kysely'
import {
  boolean,
  contains,
  extension,
  integer,
  nullableText,
  text,
  timestamp,
} from '../../platform/jsonapi/field-types.ts'
import {
  choice,
  currencyCode,
  emailAddress,
  flag,
  httpsAddress,
  line,
  matching,
  wholeNumber,
  writable,
} from '../../platform/jsonapi/fields.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'
import { languages } from '../../platform/text/languages.ts'
import { assertDispensable } from './assert-dispensable.ts'
import { assertMayConfigure } from './configuration.ts'
import { parseCustomDomain } from './custom-domain.ts'
import { assertZoneOfDatabase, timeZone } from './time-zone.ts'

const subdomain = matching(
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  'of a to z, 0 to 9 and hyphens, with at most 63 characters',
)

export const sites = defineResource({
  type: 'sites',
  singular: 'site',
  description: 'A creator’s web site, with its own contacts, customers, offers and products.',
  from: sql`sites r`,
  site: sql`r.id`,
  // An archived one is none of the caller's sites: it cannot be looked up either.
  listed: sql`r.archived_at is null`,
  attributes: {
    title: writable(text(), line(), { required: true }),
    subdomain: writable(text(), subdomain, { required: true }),
    created_at: timestamp(),
    updated_at: timestamp(),
    // Of buttons and links.
    color: writable(extension(nullableText()), matching(/^#[0-9a-f]{6}$/i, 'a color such as #1f6f5c')),
    logo_url: writable(extension(nullableText()), httpsAddress),
    // Where members find the site, besides /s/<subdomain>.
    custom_domain: writable(extension(nullableText()), line()),
    // Null: the title of the site, and the address of the server.
    sender_name: writable(extension(nullableText()), line(100)),
    sender_email: writable(extension(nullableText()), emailAddress),
    // Null: answers go to the sender.
    reply_to_email: writable(extension(nullableText()), emailAddress),
    // Of the members' pages and e-mails, for members whose own language is not known.
    language: writable(extension(text()), choice(languages)),
    // Of the tz database: dates are shown in it, and days begin and end in it.
    time_zone: writable(extension(text()), timeZone),
    // Every grant is confirmed by e-mail, unless the request declines.
    send_offer_grant_email: writable(extension(boolean()), flag),
    // Of offers with access_ending_days.
    send_access_ending_email: writable(extension(boolean()), flag),
    // What automations want to send beyond it waits for the next hour.
    automation_emails_per_hour: writable(extension(integer()), wholeNumber(1, 999_999_999)),
    // Of the net revenue of customers; it follows at their next payment or refund.
    currency: writable(extension(text()), currencyCode),
    // How long access goes on after the first payment that failed.
    payment_grace_days: writable(extension(integer()), wholeNumber(0, 365)),
    refund_ends_access: writable(extension(boolean()), flag),
    // The payment provider works out the tax of what is sold, and adds it to the price.
    automatic_tax: writable(extension(boolean()), flag),
    // Cancel their subscriptions themselves.
    members_may_cancel: writable(extension(boolean()), flag),
  },
  relationships: {},
  filters: {
    title_cont: contains(sql`r.title`, 'Title contains'),
    subdomain_cont: contains(sql`r.subdomain`, 'Subdomain contains'),
  },
  filterable: { title: 'text', subdomain: 'text' },
  sorts: { title: sql`r.title`, subdomain: sql`r.subdomain` },
  defaultSort: '-created_at',
})

export const siteRecords: Records = {
  resource: sites,
  table: 'sites',
  unique: { sites_subdomain: 'subdomain', sites_custom_domain: 'custom_domain' },
  async complete(values, row, { app, tx, permissions }) {
    if (row) assertMayConfigure(permissions, values)
    if (typeof values.time_zone === 'string') await assertZoneOfDatabase(tx, values.time_zone)
    return typeof values.custom_domain === 'string'
      ? { ...values, custom_domain: parseCustomDomain(app, values.custom_domain) }
      : values
  },
  beforeEnd: assertDispensable,
  referredToAs: 'sites',
}
