import { findAccounts, findOwner, type Owned } from '../accounts/find-accounts.ts'
import type { App } from '../platform/app.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'
import { openRuntime } from '../server/runtime.ts'
import { onSignal } from '../server/shutdown.ts'

/**
 * Runs a command on the database of the server, running or not: it is started for the length of the command.
 *
 * @param interrupted called when a signal ends the command: how far it came, and what continues it
 */
export async function withApp<Result>(
  role: string,
  work: (app: App) => Promise<Result>,
  interrupted?: (app: App) => Promise<string>,
): Promise<Result> {
  const opening = openRuntime({ role, mode: 'development' })
  const close = async () => (await opening).close()
  // A database that was started for the command must not outlive it.
  const signalled = onSignal(async () => {
    process.exitCode = 130
    if (interrupted) await sayInterrupted(await opening, interrupted)
    await close()
  })
  try {
    return await work((await opening).app)
  } finally {
    if (signalled()) await new Promise(() => {})
    await close()
  }
}

async function sayInterrupted(
  { app }: { app: App },
  interrupted: (app: App) => Promise<string>,
): Promise<void> {
  // In a terminal, after the line with the progress.
  const before = process.stderr.isTTY ? '\n' : ''
  const words = await interrupted(app).catch((error: Error) => `Interrupted: ${error.message}`)
  process.stderr.write(`${before}${words}\n`)
}

/** Who a command acts for: the operator of the server, on one account. */
export interface Operator {
  accountId: string
  /** The owner of the account. */
  userId: string
  scope: LoadScope
}

export const OPERATOR = 'cli'

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
  const owner = await findOwner(app.db, what, given)
  if (owner.accountId === null && owner.hasSeveral) throw new Error(`No account has a ${what} ${given}.`)
  return findOperator(app, owner.accountId ?? undefined)
}

/** Finds the account of a command: the one that is named, or the only one there is. */
export async function findOperator(app: App, accountId?: string): Promise<Operator> {
  const accounts = await findAccounts(app.db)
  const account = accountId === undefined ? accounts[0] : accounts.find(({ id }) => id === accountId)
  if (!account) {
    throw new Error(
      accountId === undefined
        ? 'There is no account yet; make one with `bestow accounts create`.'
        : `There is no account ${accountId}.`,
    )
  }
  if (accountId === undefined && accounts.length > 1) {
    throw new Error(
      `There are several accounts; say which one with --account: ${accounts.map(({ id, name }) => `${id} (${name})`).join(', ')}.`,
    )
  }
  return {
    accountId: account.id,
    userId: account.ownerId,
    scope: {
      siteIds: account.siteIds,
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
