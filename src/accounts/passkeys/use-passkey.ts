/** How a passkey proves who somebody is: a challenge, and its signature. */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import { sql } from 'kysely'
import type { App } from '../../platform/app.ts'
import { type Attempt, countAttempt, takeBackAttempt } from '../../platform/auth/attempts.ts'
import { inTransaction, type Tx } from '../../platform/db/database.ts'
import { ApiError } from '../../platform/jsonapi/errors.ts'
import { tooMany } from '../limiting-links.ts'
import { challengeExpiry, isValidChallenge, newChallenge, spendChallenge } from './challenges.ts'
import { relyingParty } from './relying-party.ts'
import { webauthn } from './webauthn.ts'

/**
 * What the browser needs to offer passkeys. It names nobody: whoever has one for this server can use it.
 *
 * @throws ApiError 422 for a server without a host name
 */
export async function challengeOptions(
  app: App,
  baseUrl: string,
): Promise<{ options: PublicKeyCredentialRequestOptionsJSON; expiresAt: Date }> {
  const { id } = relyingParty(baseUrl)
  const expiresAt = challengeExpiry(app)
  const { generateAuthenticationOptions } = await webauthn()
  const options = await generateAuthenticationOptions({
    rpID: id,
    userVerification: 'required',
    challenge: newChallenge(app, { adds: false }, expiresAt),
  })
  return { options, expiresAt }
}

export interface Answered {
  response: AuthenticationResponseJSON
  /** Of the request. */
  baseUrl: string
  /** IP address. */
  source: string
}

export interface PasskeyOwner {
  account_id: string
  user_id: string
}

/**
 * Checks the answer to challengeOptions(), and uses its challenge up. Attempts are counted; see countAttempt().
 *
 * @param use called in a transaction in which the passkey stays; null rejects the answer
 * @throws ApiError 401 for an answer that is not valid, 422 for a server without a host name, 429
 */
export async function usePasskey<Result>(
  app: App,
  { response, baseUrl, source }: Answered,
  use: (tx: Tx, owner: PasskeyOwner) => Promise<Result | null>,
): Promise<Result> {
  const attempt: Attempt = { realm: 'users', kind: 'passkey', person: response.id, source }
  const waitSeconds = await countAttempt(app, attempt)
  if (waitSeconds > 0) throw tooMany('Too many attempts from this network.', waitSeconds)
  const verified = await verify(app, response, baseUrl)
  const result =
    verified &&
    (await inTransaction(app.db, async (tx) => {
      const owner = await countSignature(tx, response.id, verified, app.clock.now())
      return owner && (await spendChallenge(tx, verified.challenge)) ? use(tx, owner) : null
    }))
  if (result === null) throw refused()
  await takeBackAttempt(app, attempt)
  return result
}

interface Verified {
  challenge: string
  counter: number
  isBackedUp: boolean
}

/** Null for an answer that is not valid. */
async function verify(
  app: App,
  response: AuthenticationResponseJSON,
  baseUrl: string,
): Promise<Verified | null> {
  const { id, origin } = relyingParty(baseUrl)
  const passkey = await findPasskey(app, response)
  if (!passkey) return null
  const { verifyAuthenticationResponse } = await webauthn()
  let challenge = ''
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedOrigin: origin,
      expectedRPID: id,
      expectedChallenge(answered) {
        challenge = answered
        return isValidChallenge(app, { adds: false }, answered)
      },
      credential: {
        id: passkey.credential_id,
        publicKey: new Uint8Array(passkey.public_key),
        counter: Number(passkey.counter),
        transports: passkey.transports,
      },
    })
    const { newCounter: counter, credentialBackedUp: isBackedUp } = authenticationInfo
    return verified ? { challenge, counter, isBackedUp } : null
  } catch (error) {
    // The library throws whatever is wrong, and its own words are of no use to the person.
    app.log.info({ err: error }, 'a passkey was refused')
    return null
  }
}

/** The passkey that answers. What it says about its user must be true. */
async function findPasskey({ db }: App, { id, response: { userHandle } }: AuthenticationResponseJSON) {
  const passkey = await db
    .selectFrom('passkeys')
    .select(['user_id', 'credential_id', 'public_key', 'counter', 'transports'])
    .where('credential_id', '=', id)
    .executeTakeFirst()
  const isOfUser = !userHandle || Buffer.from(userHandle, 'base64url').toString() === passkey?.user_id
  return isOfUser ? passkey : undefined
}

/**
 * Locks the passkey and counts the signature. An authenticator that counts must be ahead of its last count: otherwise
 * there are two of it (WebAuthn, 7.2, 22).
 */
const countSignature = (
  tx: Tx,
  credentialId: string,
  { counter, isBackedUp }: Verified,
  now: Date,
): Promise<PasskeyOwner | undefined> =>
  tx
    .updateTable('passkeys')
    .set({ counter, is_backed_up: isBackedUp, used_at: now })
    .where('credential_id', '=', credentialId)
    .where(sql<boolean>`(counter < ${counter} or counter = 0 and ${counter} = 0)`)
    .where(sql<boolean>`exists (select from users u where u.id = user_id and u.left_at is null)`)
    .returning(['account_id', 'user_id'])
    .executeTakeFirst()

const refused = () =>
  new ApiError(
    401,
    'invalid_passkey',
    'The passkey is not known here, or took too long. Try again, or use another way to sign in.',
    { source: { pointer: '/data/attributes/passkey' }, headers: { 'www-authenticate': 'Bearer' } },
  )
