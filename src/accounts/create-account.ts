import type { App } from '../platform/app.ts'
import type { Tx } from '../platform/db/database.ts'
import { asOperator, createRecord } from '../platform/records/records.ts'
import { readName } from '../platform/text/names.ts'
import { createApiKey } from './api-keys/api-keys.ts'
import { makeBuiltInRoles } from './roles/built-in-roles.ts'
import { siteRecords } from './sites/sites.resource.ts'
import { explainTakenEmail, readUserEmail } from './user-email.ts'

export interface NewAccount {
  name: string
  ownerName: string
  ownerEmail: string
  siteTitle: string
  subdomain: string
  /** Colour of the site's buttons, as in "#1f6f5c". */
  color?: string
  now: Date
}

export interface MadeAccount {
  account_id: string
  site_id: string
  user_id: string
  client_id: string
  client_secret: string
}

/**
 * Makes an account with its first site, its owner, and a key of the owner that may do everything.
 *
 * @throws ApiError 422 for an e-mail or subdomain that is malformed or taken
 */
export async function createAccount(app: App, tx: Tx, account: NewAccount): Promise<MadeAccount> {
  const made = await createOwner(app, tx, account)
  const key = await createApiKey(app, tx, {
    accountId: made.account_id,
    userId: made.user_id,
    name: 'Owner’s key',
    wanted: null,
    now: account.now,
  })
  return { ...made, client_id: key.client_id, client_secret: key.client_secret }
}

/**
 * Makes an account with its first site, its owner, and the roles that it has to begin with.
 *
 * @throws ApiError 422 for an e-mail or subdomain that is malformed or taken
 */
export async function createOwner(
  app: App,
  tx: Tx,
  account: NewAccount,
): Promise<Pick<MadeAccount, 'account_id' | 'site_id' | 'user_id'>> {
  const { ownerEmail, now } = account
  const [name, ownerName] = [readName(account.name), readName(account.ownerName)]
  const email = readUserEmail(ownerEmail)
  try {
    const { id: account_id } = await tx
      .insertInto('accounts')
      .values({ name, created_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    const { id: user_id } = await tx
      .insertInto('users')
      .values({
        account_id,
        name: ownerName,
        email,
        role_level: 'OWNER',
        created_at: now,
        updated_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await makeBuiltInRoles(app, tx, account_id, now)
    const { id: site_id } = await createRecord(asOperator(app, tx, account_id, []), siteRecords, {
      siteId: null,
      attributes: { title: account.siteTitle, subdomain: account.subdomain, color: account.color },
    })
    return { account_id, site_id, user_id }
  } catch (error) {
    throw explainTakenEmail(error)
  }
}
