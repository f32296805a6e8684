import { idByEmail } from '../people/contacts/find-contact.ts'
import type { App } from '../platform/app.ts'
import type { Db, Tx } from '../platform/db/database.ts'
import type { Language } from '../platform/text/languages.ts'

/** The site that a page belongs to. */
export interface MemberSite {
  id: string
  title: string
  subdomain: string
  custom_domain: string | null
  color: string | null
  logo_url: string | null
  time_zone: string
  /** Of its pages, for browsers that ask for none that there is, and of its e-mails. */
  language: string
}

/** Somebody who is signed in. */
export interface Member {
  customerId: string
  contactId: string
  name: string
  email: string
  hasPassword: boolean
  /** In which they last used the pages; null: not known. */
  language: string | null
}

const SITE = [
  'id',
  'title',
  'subdomain',
  'custom_domain',
  'color',
  'logo_url',
  'time_zone',
  'language',
] as const

export function findSite(db: Db, subdomain: string): Promise<MemberSite | undefined> {
  return db
    .selectFrom('sites')
    .select(SITE)
    .where('subdomain', '=', subdomain.toLowerCase())
    .where('archived_at', 'is', null)
    .executeTakeFirst()
}

/** @param domain normalized: see normalizeHost() */
export function findSiteByDomain(db: Db, domain: string): Promise<MemberSite | undefined> {
  return db
    .selectFrom('sites')
    .select(SITE)
    .where('custom_domain', '=', domain)
    .where('archived_at', 'is', null)
    .executeTakeFirst()
}

export function findSiteById(db: Db, id: string): Promise<MemberSite | undefined> {
  return db
    .selectFrom('sites')
    .select(SITE)
    .where('id', '=', id)
    .where('archived_at', 'is', null)
    .executeTakeFirst()
}

/** A customer of the site who is not deleted; by an e-mail of now or of before. */
export async function findMember(
  db: Db | Tx,
  siteId: string,
  by: { customerId: string } | { email: string },
): Promise<(Member & { passwordHash: string | null }) | null> {
  const query = db
    .selectFrom('customers')
    .select(['id', 'contact_id', 'name', 'email', 'password_hash', 'language'])
    .where('site_id', '=', siteId)
    .where('deleted_at', 'is', null)
  const row = await ('customerId' in by
    ? query.where('id', '=', by.customerId)
    : query.where('contact_id', '=', idByEmail(siteId, by.email))
  ).executeTakeFirst()
  if (!row) return null
  return {
    customerId: row.id,
    contactId: row.contact_id,
    name: row.name,
    email: row.email!,
    hasPassword: row.password_hash !== null,
    passwordHash: row.password_hash,
    language: row.language,
  }
}

/** Records the language in which a member uses the pages: e-mails to them are written in it. */
export async function recordLanguage(
  { db }: App,
  siteId: string,
  { customerId }: Member,
  language: Language,
): Promise<void> {
  await db
    .updateTable('customers')
    .set({ language })
    .where('site_id', '=', siteId)
    .where('id', '=', customerId)
    .execute()
}
