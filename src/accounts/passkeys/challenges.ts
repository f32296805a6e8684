/**
 * Challenges that authenticators sign. Each is random, signed by the server and valid for some minutes, and only those
 * that were used are stored: pages that ask for one and are closed cost no row.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { App } from '../../platform/app.ts'
import type { Tx } from '../../platform/db/database.ts'

/** What an answer to a challenge does: a user adds a passkey, or somebody signs in or confirms a session. */
export type Ceremony = { adds: true; userId: string } | { adds: false }

/** Minutes in which a challenge must be answered. The sign-in page replaces its own before. */
export const CHALLENGE_MINUTES = 10

const RANDOM_BYTES = 16
const TIME_BYTES = 6
const CONTENT_BYTES = RANDOM_BYTES + TIME_BYTES

export const challengeExpiry = ({ clock }: App): Date =>
  new Date(clock.now().getTime() + CHALLENGE_MINUTES * 60_000)

/** A new challenge for this ceremony alone. */
export function newChallenge(app: App, ceremony: Ceremony, expiresAt: Date): Uint8Array<ArrayBuffer> {
  const time = Buffer.alloc(TIME_BYTES)
  time.writeUIntBE(expiresAt.getTime(), 0, TIME_BYTES)
  const content = Buffer.concat([randomBytes(RANDOM_BYTES), time])
  return new Uint8Array(Buffer.concat([content, signature(app, ceremony, content)]))
}

/** Whether the server has given out this challenge for this ceremony, and it has not expired. @param text base64url */
export function isValidChallenge(app: App, ceremony: Ceremony, text: string): boolean {
  const bytes = Buffer.from(text, 'base64url')
  const content = bytes.subarray(0, CONTENT_BYTES)
  const expected = signature(app, ceremony, content)
  const given = bytes.subarray(CONTENT_BYTES)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false
  return endOf(bytes) > app.clock.now().getTime()
}

/** Uses a valid challenge up. Of two who use it at once, one gets true. */
export async function spendChallenge(tx: Tx, text: string): Promise<boolean> {
  const bytes = Buffer.from(text, 'base64url')
  const { numInsertedOrUpdatedRows = 0n } = await tx
    .insertInto('spent_challenges')
    .values({ challenge: bytes, expires_at: new Date(endOf(bytes)) })
    .onConflict((conflict) => conflict.column('challenge').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows > 0n
}

const endOf = (bytes: Buffer): number => bytes.readUIntBE(RANDOM_BYTES, TIME_BYTES)

function signature({ linkKey }: App, ceremony: Ceremony, content: Buffer): Buffer {
  const purpose = ceremony.adds ? `add:${ceremony.userId}` : 'sign_in'
  return createHmac('sha256', linkKey).update(`passkey:${purpose}:`).update(content).digest()
}
