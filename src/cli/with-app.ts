import { sql } from 'kysely'
import type { App } from '../app.ts'
import { inTransaction, type Tx } from '../db/database.ts'
import type { Scope } from '../jsonapi/resource.ts'
import { openRuntime } from '../runtime.ts'
import { onSignal } from '../stop.ts'
import '../routes.ts'

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
  scope: Scope
}

export const OPERATOR = 'cli'

/** Finds the account of a command: the one that is named, or the only one there is. */
export async function findOperator(app: App, accountId?: string): Promise<Operator> {
  const { rows } = await sql<{ id: string; name: string; user_id: string; site_ids: string[] }>`
    select a.id, a.name,
           (select u.id from users u where u.account_id = a.id order by u.role_level desc, u.id limit 1) as user_id,
           array(select s.id from sites s where s.account_id = a.id order by s.id) as site_ids
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
    scope: { siteIds: account.site_ids, now: app.clock.now(), baseUrl: app.publicUrl },
  }
}

export const ACCOUNT_OPTION = ['--account <id>', 'the account, when there are several'] as const
export const SITE_OPTION = ['--site <id>', 'the site, when the account has several'] as const

/** The site of a command: the one that is named, or the only one there is. */
export function chooseSite({ siteIds }: Scope, site?: string): string {
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
