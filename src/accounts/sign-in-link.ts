import { endUserLinks, keepUserLink, userLinkUrl } from '../links/user-links.ts'
import type { App } from '../platform/app.ts'
import type { Tx } from '../platform/db/database.ts'
import { randomSecret } from '../platform/secrets/secrets.ts'

/** Makes a link that signs a user in, once and within an hour. Those before it end. @returns its address */
export async function createSignInLink(
  app: App,
  tx: Tx,
  { accountId, userId }: { accountId: string; userId: string },
): Promise<string> {
  const now = app.clock.now()
  await endUserLinks(tx, { userId, purpose: 'sign_in' }, now)
  const token = randomSecret()
  await keepUserLink(tx, 'sign_in', token, { accountId, userId }, now)
  return userLinkUrl(app, 'sign_in', token)
}
