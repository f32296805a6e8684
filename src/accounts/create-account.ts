import { type Tx, violates } from '../platform/db/database.ts'
import { unprocessable } from '../platform/jsonapi/errors.ts'
import { describeProblem, parseEmailAddress } from '../platform/text/email-address.ts'
import { readName } from '../platform/text/names.ts'
import { createApiKey } from './api-keys.ts'

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
export async function createAccount(tx: Tx, account: NewAccount): Promise<MadeAccount> {
  const { ownerEmail, subdomain, color, now } = account
  const [name, ownerName, siteTitle] = [account.name, account.ownerName, account.siteTitle].map(readName) as [
    string,
    string,
    string,
  ]
  const email = parseEmailAddress(ownerEmail)
  if (!email) {
    const problem = describeProblem(ownerEmail)
    throw unprocessable('invalid', `The owner’s e-mail is not an e-mail address${problem}`, '/email')
  }
  try {
    const { id: account_id } = await tx
      .insertInto('accounts')
      .values({ name, created_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    const { id: user_id } = await tx
      .insertInto('users')
      .values({ account_id, name: ownerName, email, role_level: 'OWNER', created_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    const { id: site_id } = await tx
      .insertInto('sites')
      .values({ account_id, title: siteTitle, subdomain, color, created_at: now, updated_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    const key = await createApiKey(tx, {
      accountId: account_id,
      userId: user_id,
      name: 'Owner’s key',
      wanted: null,
      now,
    })
    return { account_id, site_id, user_id, client_id: key.client_id, client_secret: key.client_secret }
  } catch (error) {
    if (violates(error, 'users_email'))
      throw unprocessable('taken', 'The owner’s e-mail has already been taken', '/email')
    if (violates(error, 'sites_subdomain'))
      throw unprocessable('taken', 'The subdomain has already been taken', '/subdomain')
    if ((error as { constraint?: string }).constraint !== 'sites_subdomain_check') throw error
    throw unprocessable(
      'invalid',
      'A subdomain may contain a to z, 0 to 9 and hyphens, at most 63 characters',
      '/subdomain',
    )
  }
}
