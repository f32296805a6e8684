import { createHash, hkdfSync, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify<string, Buffer, number, Buffer>(scrypt)

/** 256 random bits in URL-safe letters. */
export const randomSecret = (): string => randomBytes(32).toString('base64url')

/** For secrets of 256 random bits only: what people choose needs hashPassword(). */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** One key for each purpose, all from SECRET_KEY, so that what is signed for one is worth nothing for another. */
export const deriveKey = (secretKey: string, purpose: 'tokens' | 'links'): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secretKey, '', `bestow ${purpose}`, 32))

/** scrypt with a random salt, as "scrypt$<salt>$<hash>". */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, 64)
  return `scrypt$${salt.toString('base64')}$${hash.toString('base64')}`
}

/** With `stored` null (nobody, or no password) the answer is false and takes as long. */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const [, salt = '', hash = ''] = (stored ?? `scrypt$AAAAAAAAAAAAAAAAAAAAAA==$`).split('$')
  const expected = Buffer.alloc(64)
  Buffer.from(hash, 'base64').copy(expected)
  const actual = await derive(password, Buffer.from(salt, 'base64'), 64)
  return timingSafeEqual(actual, expected) && stored !== null
}
