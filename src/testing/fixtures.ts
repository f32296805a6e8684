import { createApiKey, type FreshApiKey } from '../accounts/api-keys/api-keys.ts'
import { createAccount } from '../accounts/create-account.ts'
import { issueForKey } from '../accounts/oauth/issue-tokens.ts'
import { createRole } from '../accounts/roles.ts'
import { startFamily } from '../accounts/token-families.ts'
import { createUser } from '../accounts/users.ts'
import { createContact } from '../people/contacts/create-contact.ts'
import type { FieldType } from '../people/custom-fields/value-types.ts'
import type { App } from '../platform/app.ts'
import { inTransaction } from '../platform/db/database.ts'

export interface Account {
  id: string
  siteId: string
  userId: string
  clientId: string
  clientSecret: string
  token: string
}

let counter = 0

/** A number that is unique in this process. */
export const unique = (): number => ++counter

/** An account with a site, an owner and a key with all permissions. */
export async function makeAccount(app: App): Promise<Account> {
  const n = unique()
  const made = await inTransaction(app.db, (tx) =>
    createAccount(app, tx, {
      name: `Account ${n}`,
      ownerName: 'Olivia Owner',
      ownerEmail: `owner${n}@example.com`,
      siteTitle: `Site ${n}`,
      subdomain: `site${n}`,
      now: app.clock.now(),
    }),
  )
  const { client_id: clientId, client_secret: clientSecret } = made
  const token = await tokenFor(app, made)
  return { id: made.account_id, siteId: made.site_id, userId: made.user_id, clientId, clientSecret, token }
}

/** Another site of the account. */
export async function makeSite(app: App, account: Account): Promise<string> {
  const n = unique()
  const now = app.clock.now()
  const { id } = await app.db
    .insertInto('sites')
    .values({
      account_id: account.id,
      title: `Site ${n}`,
      subdomain: `site${n}`,
      created_at: now,
      updated_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** A key of the account; `permissions` null: all. */
export async function makeKey(
  app: App,
  account: Account,
  permissions: string[] | null,
): Promise<FreshApiKey & { token: string }> {
  const now = app.clock.now()
  const wanted = {
    accountId: account.id,
    userId: account.userId,
    name: `Key ${unique()}`,
    wanted: permissions,
    now,
  }
  const key = await inTransaction(app.db, (tx) => createApiKey(app, tx, wanted))
  return { ...key, token: await tokenFor(app, key) }
}

/** A user of the account with a role of their own, which has these permissions. */
export async function makeUser(
  app: App,
  account: Account,
  permissions: string[],
): Promise<{ id: string; email: string; role: string }> {
  const n = unique()
  const now = app.clock.now()
  const [name, email] = [`Role ${n}`, `user${n}@example.com`]
  const { id } = await inTransaction(app.db, async (tx) => {
    await createRole(app.resources, tx, { accountId: account.id, name, permissions, now })
    return createUser(tx, { accountId: account.id, name: 'Sam', email, role: name, now })
  })
  return { id, email, role: name }
}

async function tokenFor(
  app: App,
  { client_id, client_secret }: { client_id: string; client_secret: string },
): Promise<string> {
  return (await issueForKey(app, client_id, client_secret))!.access_token
}

export async function makeProduct(app: App, siteId: string, title = `Product ${unique()}`): Promise<string> {
  const now = app.clock.now()
  const { id } = await app.db
    .insertInto('products')
    .values({ site_id: siteId, title, created_at: now, updated_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** A custom field of a site; returns its id. */
export async function makeCustomField(
  app: App,
  siteId: string,
  {
    number,
    title = `Field ${number}`,
    ...values
  }: {
    number: number
    title?: string
    type?: FieldType
    select_options?: string
    required?: boolean
    archived_at?: Date
  },
): Promise<string> {
  const times = { created_at: app.clock.now(), updated_at: app.clock.now() }
  const { id } = await app.db
    .insertInto('custom_fields')
    .values({ site_id: siteId, number, title, type: 'TextField', ...values, ...times })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** The custom fields custom_1, custom_2 and custom_3 of a site, which take any text. */
export async function makeThreeFields(app: App, siteId: string): Promise<void> {
  for (const number of [1, 2, 3]) await makeCustomField(app, siteId, { number })
}

export interface OfferFixture {
  title?: string
  is_gift?: boolean
  access_days?: number
  access_ending_days?: number
  access_begins_at?: Date
  archived_at?: Date
  published_at?: Date | null
  productIds?: string[]
}

export async function makeOffer(
  app: App,
  siteId: string,
  { productIds = [], ...offer }: OfferFixture = {},
): Promise<string> {
  const now = app.clock.now()
  const n = unique()
  const { id } = await app.db
    .insertInto('offers')
    .values({
      site_id: siteId,
      title: `Offer ${n}`,
      token: `offer-${n}`,
      created_at: now,
      updated_at: now,
      ...offer,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  for (const product_id of productIds) {
    await app.db.insertInto('offer_products').values({ site_id: siteId, offer_id: id, product_id }).execute()
  }
  return id
}

export async function makeContact(
  app: App,
  siteId: string,
  values: { name?: string; email?: string } = {},
): Promise<string> {
  const email = values.email ?? `person${unique()}@example.com`
  const origin = { actor: 'test', requestId: null, now: app.clock.now() }
  return inTransaction(app.db, (tx) =>
    createContact(tx, siteId, { name: 'Ada Lovelace', ...values, email }, origin),
  )
}

/** The body of a request about offers. */
export const offersBody = (ids: string[], meta?: object) => ({
  data: ids.map((id) => ({ type: 'offers', id })),
  ...(meta && { meta }),
})

/** The parts of a valid request to a route; ids in it are `id`. */
export function exampleRequest({ method, url }: { method: string; url: string }, id: string) {
  const path = url.replace(/\{\w+\}/g, id)
  if (method === 'GET') return { method, path, body: undefined }
  // The list of a relationship may be empty.
  if (url.includes('/relationships/')) return { method, path, body: { data: [] } }
  const type = typeInBody(url)
  return { method, path, body: { data: { type, attributes: {} } } }
}

/** Of the document that is sent to a URL. */
function typeInBody(url: string): string {
  if (url.endsWith('/submit')) return 'form_submissions'
  if (url.endsWith('/sign_in_links')) return 'sign_in_links'
  if (url.startsWith('/v1/bulk/')) return 'bulk_jobs'
  if (url === '/v1/members/invitations') return 'member_invitations'
  if (/\/(?:renewals|failed_payments|refunds)$/.test(url)) return 'transactions'
  return url === '/v1/setup' ? 'setups' : url.split('/')[2]!
}

/** A session of a user. @returns its id */
export async function makeSession(app: App, userId: string): Promise<string> {
  const { account_id } = await app.db
    .selectFrom('users')
    .select('account_id')
    .where('id', '=', userId)
    .executeTakeFirstOrThrow()
  const now = app.clock.now()
  const owner = { account_id, user_id: userId, api_key_id: null, epoch: 1 }
  const ends = new Date(now.getTime() + 86_400_000)
  return (await inTransaction(app.db, (tx) => startFamily(tx, owner, now, ends))).familyId
}

/** A passkey of a user that no authenticator has; returns its id. */
export async function makePasskey(app: App, accountId: string, userId: string): Promise<string> {
  const now = app.clock.now()
  const { id } = await app.db
    .insertInto('passkeys')
    .values({
      account_id: accountId,
      user_id: userId,
      name: 'MacBook',
      credential_id: `credential${unique()}`,
      public_key: Buffer.alloc(0),
      counter: 0,
      transports: ['internal'],
      is_backed_up: true,
      created_at: now,
      updated_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** The subdomain of a site, which its pages have in their addresses. */
export async function subdomainOf(app: App, siteId: string): Promise<string> {
  const { subdomain } = await app.db
    .selectFrom('sites')
    .select('subdomain')
    .where('id', '=', siteId)
    .executeTakeFirstOrThrow()
  return subdomain
}
