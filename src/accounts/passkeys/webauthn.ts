/**
 * The library that makes and verifies what browsers and authenticators exchange. It takes half a second and 25 MB to
 * load, so that is done by the first request that needs it.
 */
export const webauthn = () => import('@simplewebauthn/server')

/**
 * What passkeys may sign with: EdDSA, ES256 and RS256, which every authenticator has one of. Left to itself, the
 * library asks Node for more, which prints a warning.
 */
export const ALGORITHMS = [-8, -7, -257]
