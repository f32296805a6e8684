import { errors, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../clock/clock.ts'

/** What a token says about its bearer. Whether it is still good, the database knows. */
export interface TokenClaims {
  accountId: string
  /** Null for a token that was got with a user's password. */
  keyId: string | null
  familyId: string
  epoch: number
}

export interface RefreshClaims extends TokenClaims {
  refreshId: string
}

export interface TokenSigner {
  signAccess: (claims: TokenClaims, seconds: number) => Promise<string>
  signRefresh: (claims: RefreshClaims, seconds: number) => Promise<string>
  /** Null for whatever is not an unexpired access token of ours. */
  verifyAccess: (token: string) => Promise<TokenClaims | null>
  verifyRefresh: (token: string) => Promise<RefreshClaims | null>
  /** Of a user who signed in with a browser; it is valid in a cookie only. */
  signSession: (claims: TokenClaims, seconds: number) => Promise<string>
  verifySession: (token: string) => Promise<TokenClaims | null>
}

interface Payload {
  acc: string
  key: string | null
  fam: string
  epo: number
  jti?: string
  /** Seconds since 1970. */
  exp: number
}

type VerifiedToken = RefreshClaims & {
  /** Milliseconds since 1970. */
  expiresAt: number
}

const ISSUER = 'bestow'
const ALGORITHM = 'HS256'
/** The type is signed too: a refresh token is never taken for an access token. */
const ACCESS = 'at+jwt'
const REFRESH = 'rt+jwt'
const SESSION = 'st+jwt'

export function tokenSigner(key: Uint8Array, clock: Clock): TokenSigner {
  const sign = (
    type: string,
    { accountId, keyId, familyId, epoch }: TokenClaims,
    seconds: number,
    id?: string,
  ) => {
    const now = Math.floor(clock.now().getTime() / 1000)
    const jwt = new SignJWT({ acc: accountId, key: keyId, fam: familyId, epo: epoch })
      .setProtectedHeader({ alg: ALGORITHM, typ: type })
      .setIssuer(ISSUER)
      .setIssuedAt(now)
      .setExpirationTime(now + seconds)
    return (id ? jwt.setJti(id) : jwt).sign(key)
  }
  const verify = async (type: string, token: string): Promise<VerifiedToken | null> => {
    try {
      const options = { algorithms: [ALGORITHM], typ: type, issuer: ISSUER, currentDate: clock.now() }
      const { payload } = await jwtVerify(token, key, options)
      const { acc, key: keyId, fam, epo, jti = '', exp } = payload as unknown as Payload
      return { accountId: acc, keyId, familyId: fam, epoch: epo, refreshId: jti, expiresAt: exp * 1000 }
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) return null
      throw error
    }
  }
  return {
    signAccess: (claims, seconds) => sign(ACCESS, claims, seconds),
    signRefresh: (claims, seconds) => sign(REFRESH, claims, seconds, claims.refreshId),
    verifyAccess: remembering(clock, (token) => verify(ACCESS, token)),
    verifyRefresh: (token) => verify(REFRESH, token),
    signSession: (claims, seconds) => sign(SESSION, claims, seconds),
    verifySession: remembering(clock, (token) => verify(SESSION, token)),
  }
}

/** Tokens that are known to be ours. A client sends the same one each time, and checking it takes a thread. */
const MOST_REMEMBERED = 1_000

function remembering(clock: Clock, verify: (token: string) => Promise<VerifiedToken | null>) {
  const known = new Map<string, VerifiedToken>()
  return async (token: string): Promise<VerifiedToken | null> => {
    const found = known.get(token)
    if (found && found.expiresAt > clock.now().getTime()) return found
    known.delete(token)
    const verified = await verify(token)
    if (!verified) return null
    if (known.size === MOST_REMEMBERED) known.delete(known.keys().next().value!)
    known.set(token, verified)
    return verified
  }
}
