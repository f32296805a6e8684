import { tooMany } from '../accounts/limiting-links.ts'
import type { App } from '../platform/app.ts'
import { countAttempt } from '../platform/auth/attempts.ts'

/**
 * Counts a test e-mail to a user, before it is sent.
 *
 * @param source IP address
 * @throws ApiError 429 after too many
 */
export async function limitTests(app: App, userId: string, source: string): Promise<void> {
  const attempt = { realm: 'users', kind: 'test_email', person: userId, source } as const
  const waitSeconds = await countAttempt(app, attempt)
  if (waitSeconds > 0) throw tooMany('Too many test e-mails.', waitSeconds)
}
