import { createHash, hkdfSync, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import pLimit from 'p-limit'
import type { Config } from '../config.ts'
import { ApiError } from '../jsonapi/errors.ts'

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** 256 random bits in URL-safe letters. */
export const randomSecret = (): string => randomBytes(32).toString('base64url')

/** For secrets of 256 random bits only: what people choose needs hashPassword(). */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** One key for each purpose, all from SECRET_KEY, so that a signature for one purpose is invalid for another. */
export const deriveKey = (secretKey: string, purpose: 'tokens' | 'links' | 'sealing'): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secretKey, '', `bestow ${purpose}`, 32))

interface Cost {
  N: number
  r: number
  p: number
}

/** Kept with each hash, so that the setting can be changed. Memory in bytes is 128 × N × r. */
const costOf = ({ PASSWORD_COST }: Config): Cost => ({ N: 2 ** PASSWORD_COST, r: 8, p: 3 })
const MAXMEM = 256 * 1024 * 1024

/** scrypt with a random salt, as "scrypt$<N>$<r>$<p>$<salt>$<hash>". @throws ApiError 503 when too many wait */
export async function hashPassword(config: Config, password: string): Promise<string> {
  const salt = randomBytes(16)
  const cost = costOf(config)
  return format(cost, salt, await derivePassword(password, salt, cost))
}

const format = ({ N, r, p }: Cost, salt: Buffer, hash: Buffer): string =>
  ['scrypt', N, r, p, salt.toString('base64'), hash.toString('base64')].join('$')

/** With `stored` null (nobody, or no password) the answer is false and takes as long. @throws ApiError 503 */
export async function isPassword(config: Config, password: string, stored: string | null): Promise<boolean> {
  const nobodys = format(costOf(config), Buffer.alloc(16), Buffer.alloc(0))
  const [, N, r, p, salt, hash] = (stored ?? nobodys).split('$') as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const expected = Buffer.alloc(64)
  Buffer.from(hash, 'base64').copy(expected)
  const cost = { N: Number(N), r: Number(r), p: Number(p) }
  const actual = await derivePassword(password, Buffer.from(salt, 'base64'), cost)
  return timingSafeEqual(actual, expected) && stored !== null
}

/** Node has four threads for what blocks; signatures of tokens and files need the others. */
const derivations = pLimit(2)
/** A derivation takes a good tenth of a second of a core. Who would wait longer than a client does is refused. */
const MOST_WAITING = 30

/**
 * Two at a time in a process: each takes 32 MB and a thread. Never called within a transaction, which would hold a
 * connection and locks meanwhile.
 *
 * @throws ApiError 503 when too many wait
 */
async function derivePassword(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  if (derivations.pendingCount >= MOST_WAITING) {
    throw new ApiError(503, 'overloaded', 'Too many passwords are being checked at the moment. Try again.', {
      headers: { 'retry-after': '2' },
    })
  }
  // An accented letter can be written in two ways, and keyboards differ in which.
  const normal = password.normalize('NFKC')
  return derivations(() => derive(normal, salt, 64, { ...cost, maxmem: MAXMEM }))
}
