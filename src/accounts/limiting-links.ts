import { findUserLink, type UserPurpose } from '../links/user-links.ts'
import type { App } from '../platform/app.ts'
import { type Attempt, countAttempt, takeBackAttempt } from '../platform/auth/attempts.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'

/** What to do when a link is not valid any more. */
const ANOTHER: Record<UserPurpose, string> = {
  sign_in:
    'Sign in with e-mail and password, or get another link with `bestow users link`; `npm start` prints one, too.',
  setup: 'Get another one with `bestow accounts setup-link`.',
  invitation: 'Ask for another invitation.',
  password: 'Request another one with POST /v1/password_resets.',
}

/**
 * Uses a link up, and limits guesses. What takes long, such as hashing a password, is done for valid links alone.
 *
 * @param use null: somebody else has used the link meanwhile
 * @throws ApiError 401 for a link that is not valid, 429 after too many of them
 */
export async function limitingLinks<Result>(
  app: App,
  purpose: UserPurpose,
  token: string,
  source: string,
  use: () => Promise<Result | null>,
): Promise<Result> {
  const attempt: Attempt = { realm: 'users', kind: 'user_link', person: source, source }
  const waitSeconds = await countAttempt(app, attempt)
  if (waitSeconds > 0) throw tooMany('Too many attempts from this network.', waitSeconds)
  const isValid = await findUserLink(app.db, purpose, token, app.clock.now())
  const result = isValid ? await use() : null
  if (result === null)
    throw new ApiError(
      401,
      'invalid_link',
      `The link was used, has expired or is not valid. ${ANOTHER[purpose]}`,
      {
        source: { pointer: '/data/attributes/token' },
        headers: { 'www-authenticate': 'Bearer' },
      },
    )
  await takeBackAttempt(app, attempt)
  return result
}

export const tooMany = (sentence: string, waitSeconds: number) =>
  new ApiError(429, 'too_many_requests', `${sentence} Wait ${waitSeconds} seconds.`, {
    headers: { 'retry-after': String(waitSeconds) },
  })
