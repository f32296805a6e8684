/** How a user adds a passkey: options for the browser, then what the authenticator made of them. */
import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
  VerifiedRegistrationResponse,
} from '@simplewebauthn/server'
import type { App } from '../../platform/app.ts'
import { type Db, inTransaction, type Tx, violates } from '../../platform/db/database.ts'
import { actorOf } from '../../platform/http/authenticate.ts'
import type { Caller } from '../../platform/http/route.ts'
import { type ApiError, unprocessable } from '../../platform/jsonapi/errors.ts'
import { requiredName } from '../required-name.ts'
import { recordUserEvent } from '../user-events.ts'
import { nameAndEmailOf } from '../users.ts'
import { challengeExpiry, isValidChallenge, newChallenge, spendChallenge } from './challenges.ts'
import { relyingParty } from './relying-party.ts'
import { ALGORITHMS, webauthn } from './webauthn.ts'

/** More than anybody has devices. */
const MOST = 20

type Owner = Pick<Caller, 'accountId' | 'userId'>

/**
 * What the browser needs to make a passkey of a user.
 *
 * @param baseUrl of the request
 * @throws ApiError 422 for a server without a host name, or a user with too many passkeys
 */
export async function passkeyOptions(
  app: App,
  owner: Owner,
  baseUrl: string,
): Promise<{ options: PublicKeyCredentialCreationOptionsJSON; expiresAt: Date }> {
  const { id } = relyingParty(baseUrl)
  const expiresAt = challengeExpiry(app)
  const user = await nameAndEmailOf(app.db, owner)
  const existing = await credentialsOf(app.db, owner)
  assertFewer(existing.length)
  const { generateRegistrationOptions } = await webauthn()
  const options = await generateRegistrationOptions({
    rpName: 'Bestow',
    rpID: id,
    supportedAlgorithmIDs: ALGORITHMS,
    userID: new TextEncoder().encode(owner.userId),
    userName: user.email,
    userDisplayName: user.name,
    challenge: newChallenge(app, { adds: true, userId: owner.userId }, expiresAt),
    excludeCredentials: existing.map(({ credential_id }) => ({ id: credential_id })),
    // It takes the place of e-mail and password: it names the user, and asks for a finger or a PIN.
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  return { options, expiresAt }
}

const credentialsOf = (db: Db | Tx, { accountId, userId }: Owner) =>
  db
    .selectFrom('passkeys')
    .select('credential_id')
    .where('user_id', '=', userId)
    .where('account_id', '=', accountId)
    .execute()

function assertFewer(count: number): void {
  if (count < MOST) return
  throw unprocessable('too_many', `A user has at most ${MOST} passkeys. Remove one first.`, '/data')
}

/** From which request a passkey comes. */
interface Occasion {
  baseUrl: string
  requestId: string
  address: string
}

/**
 * Keeps a passkey that was made with passkeyOptions(), and records it.
 *
 * @returns its id
 * @throws ApiError 422 for a blank name, an answer that is not valid, or a passkey that is known already
 */
export async function addPasskey(
  app: App,
  caller: Caller,
  given: { name: string; credential: RegistrationResponseJSON },
  { baseUrl, requestId, address }: Occasion,
): Promise<string> {
  const { accountId, userId } = caller
  const name = requiredName(given.name)
  const { challenge, made } = await verify(app, userId, given.credential, baseUrl)
  const now = app.clock.now()
  return inTransaction(app.db, async (tx) => {
    if (!(await spendChallenge(tx, challenge))) throw invalid('its challenge was used before')
    await lockUser(tx, caller)
    assertFewer((await credentialsOf(tx, caller)).length)
    const id = await insert(tx, caller, name, made, now)
    const origin = { actor: actorOf(caller), requestId, address, now }
    await recordUserEvent(tx, 'passkey_added', accountId, { user_id: userId, passkey_id: id }, origin)
    return id
  })
}

type Made = NonNullable<VerifiedRegistrationResponse['registrationInfo']>

async function verify(
  app: App,
  userId: string,
  response: RegistrationResponseJSON,
  baseUrl: string,
): Promise<{ challenge: string; made: Made }> {
  const { id, origin } = relyingParty(baseUrl)
  const { verifyRegistrationResponse } = await webauthn()
  let challenge = ''
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedOrigin: origin,
      expectedRPID: id,
      supportedAlgorithmIDs: ALGORITHMS,
      expectedChallenge(answered) {
        challenge = answered
        return isValidChallenge(app, { adds: true, userId }, answered)
      },
    })
    if (verified) return { challenge, made: registrationInfo }
  } catch (error) {
    // The library throws whatever is wrong, and its own words are of no use to the person.
    app.log.info({ err: error }, 'a new passkey was refused')
  }
  throw invalid('it does not answer the challenge, or does so too late')
}

const invalid = (why: string): ApiError =>
  unprocessable('invalid', `Credential is not valid: ${why}. Begin again.`, '/data/attributes/credential')

/** Passkeys of one user are counted one after the other. */
const lockUser = (tx: Tx, { accountId, userId }: Owner) =>
  tx
    .selectFrom('users')
    .select('id')
    .where('id', '=', userId)
    .where('account_id', '=', accountId)
    .where('left_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()

async function insert(
  tx: Tx,
  { accountId, userId }: Owner,
  name: string,
  { credential, credentialBackedUp }: Made,
  now: Date,
): Promise<string> {
  try {
    const { id } = await tx
      .insertInto('passkeys')
      .values({
        account_id: accountId,
        user_id: userId,
        name,
        credential_id: credential.id,
        public_key: Buffer.from(credential.publicKey),
        counter: credential.counter,
        transports: credential.transports ?? [],
        is_backed_up: credentialBackedUp,
        created_at: now,
        updated_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  } catch (error) {
    if (!violates(error, 'passkeys_credential')) throw error
    throw unprocessable('taken', 'The passkey was added before.', '/data/attributes/credential')
  }
}
