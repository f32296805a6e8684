import { endUserLinks, keepUserLink, spendUserLink, userLinkUrl } from '../../links/user-links.ts'
import type { App } from '../../platform/app.ts'
import { inTransaction } from '../../platform/db/database.ts'
import { ApiError } from '../../platform/jsonapi/errors.ts'
import { blankAttribute } from '../../platform/jsonapi/read-attributes.ts'
import { hashPassword, randomSecret } from '../../platform/secrets/secrets.ts'
import { readName } from '../../platform/text/names.ts'
import { createOwner } from '../create-account.ts'
import { limitingLinks } from '../limiting-links.ts'
import { requiredName } from '../required-name.ts'
import { type Session, startSession } from '../sessions/start-session.ts'
import { assertPassword, replacePassword } from '../set-password.ts'
import type { Device } from '../token-families.ts'

export interface Setup {
  token: string
  /** Of the owner. */
  name: string
  email: string
  password: string
  account_name: string
  site_title: string
  subdomain: string
}

/** Makes a link with which somebody sets up an account. Earlier ones stay valid until one is used. */
export async function createSetupLink(app: App): Promise<string> {
  const token = randomSecret()
  await keepUserLink(app.db, 'setup', token, {}, app.clock.now())
  return userLinkUrl(app, 'setup', token)
}

/** A setup link while the server has no account; else null. */
export async function setupLinkIfEmpty(app: App): Promise<string | null> {
  const account = await app.db.selectFrom('accounts').select('id').executeTakeFirst()
  return account ? null : createSetupLink(app)
}

/**
 * Creates an account with its owner and its first site for who has a setup link, and starts a session of the owner.
 * All other setup links end.
 *
 * @throws ApiError 401 for a link that is not valid, 422 that points at the attribute, 429, 503
 */
export async function setUp(app: App, setup: Setup, device: Device): Promise<Session> {
  requiredName(setup.name)
  if (readName(setup.account_name) === '') throw blankAttribute('account_name')
  assertPassword(setup.password)
  return limitingLinks(app, 'setup', setup.token, device.source, async () => {
    const passwordHash = await hashPassword(app.config, setup.password)
    return inTransaction(app.db, async (tx) => {
      const now = app.clock.now()
      if (!(await spendUserLink(tx, 'setup', setup.token, now))) return null
      await endUserLinks(tx, { purpose: 'setup' }, now)
      const { account_id, user_id } = await atAttributes(() =>
        createOwner(app, tx, {
          name: setup.account_name,
          ownerName: setup.name,
          ownerEmail: setup.email,
          siteTitle: setup.site_title,
          subdomain: setup.subdomain,
          now,
        }),
      )
      await replacePassword(tx, { accountId: account_id, userId: user_id, passwordHash }, now)
      return startSession(app, tx, { account_id, user_id }, device)
    })
  })
}

/** Where in this document an attribute of the site is. */
const PLACES: Record<string, string> = {
  '/data/attributes/title': '/data/attributes/site_title',
}

async function atAttributes<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const pointer = error instanceof ApiError ? PLACES[error.source?.pointer ?? ''] : undefined
    if (!pointer) throw error
    const { status, code, message } = error as ApiError
    throw new ApiError(status, code, message, { source: { pointer }, cause: error })
  }
}
