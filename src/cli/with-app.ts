import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'
import { parseEmailAddress } from '../platform/text/email-address.ts'
import { openRuntime } from '../server/runtime.ts'
import { onSignal } from '../server/shutdown.ts'
import '../api.ts'

/** Runs a command on the database of the server, running or not: it is started for the length of the command. */
export async function withApp<Result>(role: string, work: (app: App) => Promise<Result>): Promise<Result> {
  const opening = openRuntime({ role, mode: 'development' })
  const close = async () => (await opening).close()
  // A database that was started for the command must not outlive it.
  const signalled = onSignal(async () => {
    process.exitCode = 130
    await close()
  })
  try {
    return await work((await opening).app)
  } finally {
    if (signalled()) await new Promise(() => {})
    await close()
  }
}

/** Who a command acts for: the operator of the server, on one account. */
export interface Operator {
  accountId: string
  /** The owner of the account. */
  userId: string
  scope: LoadScope
}

export const OPERATOR = 'cli'

/** What has an id, or another name, that only one account of the server can have. */
const OWNERS = {
  key: (given: string) =>
    sql`select account_id from api_keys where id::text = ${given} or client_id = ${given}`,
  site: (given: string) => sql`select account_id from sites where id::text = ${given}`,
  user: (given: string) => sql`select account_id from users where email = ${parseEmailAddress(given) ?? ''}`,
  contact: (given: string) => ofSite('contacts', given),
  email: (given: string) => ofSite('emails', given),
  offer: (given: string) => ofSite('offers', given),
  product: (given: string) => ofSite('products', given),
  tag: (given: string) => ofSite('contact_tags', given),
}

export type Owned = keyof typeof OWNERS

const ofSite = (table: string, given: string) =>
  sql`select s.account_id from ${sql.table(table)} t join sites s on s.id = t.site_id where t.id = ${isId(given) ? given : '0'}`

/**
 * Finds the account of a command about one thing: the one that is named, else the one that has it.
 *
 * @param given its id, which only one account can have; empty or without an owner as findOperator()
 * @throws Error when there are several accounts and none has it
 */
export async function findOperatorOf(
  app: App,
  what: Owned,
  given: string,
  accountId?: string,
): Promise<Operator> {
  if (accountId !== undefined || given === '') return findOperator(app, accountId)
  const { rows } = await sql<{ account_id: string | null; has_several: boolean }>`
    select (${OWNERS[what](given.trim())}) as account_id, (select count(*) > 1 from accounts) as has_several`.execute(
    app.db,
  )
  const { account_id, has_several } = rows[0]!
  if (account_id === null && has_several) throw new Error(`No account has a ${what} ${given}.`)
  return findOperator(app, account_id ?? undefined)
}

/** Finds the account of a command: the one that is named, or the only one there is. */
export async function findOperator(app: App, accountId?: string): Promise<Operator> {
  const { rows } = await sql<{ id: string; name: string; user_id: string; site_ids: string[] }>`
    select a.id, a.name,
           (select u.id from users u where u.account_id = a.id order by u.role_level desc, u.id limit 1) as user_id,
           array(select s.id from sites s where s.account_id = a.id and s.archived_at is null order by s.id) as site_ids
      from accounts a order by a.id`.execute(app.db)
  const account = accountId === undefined ? rows[0] : rows.find(({ id }) => id === accountId)
  if (!account) {
    throw new Error(
      accountId === undefined
        ? 'There is no account yet; make one with `bestow accounts create`.'
        : `There is no account ${accountId}.`,
    )
  }
  if (accountId === undefined && rows.length > 1) {
    throw new Error(
      `There are several accounts; say which one with --account: ${rows.map(({ id, name }) => `${id} (${name})`).join(', ')}.`,
    )
  }
  return {
    accountId: account.id,
    userId: account.user_id,
    scope: {
      siteIds: account.site_ids,
      now: app.clock.now(),
      baseUrl: app.publicUrl,
      resources: app.resources,
    },
  }
}

export const ACCOUNT_OPTION = ['--account <id>', 'the account, when there are several'] as const
export const SITE_OPTION = ['--site <id>', 'the site, when the account has several'] as const

/** The site of a command: the one that is named, or the only one there is. */
export function chooseSite({ siteIds }: LoadScope, site?: string): string {
  if (site !== undefined) {
    if (siteIds.includes(site)) return site
    throw new Error(`The account has no site ${site}; it has ${siteIds.join(', ')}.`)
  }
  if (siteIds.length === 1) return siteIds[0]!
  throw new Error(
    `The account has ${siteIds.length === 0 ? 'no site' : `several sites; say which one with --site: ${siteIds.join(', ')}`}.`,
  )
}

/** Runs a command that changes something, in one transaction. */
export const changing = <Result>(
  role: string,
  work: (tx: Tx, app: App) => Promise<Result>,
): Promise<Result> => withApp(role, (app) => inTransaction(app.db, (tx) => work(tx, app)))
