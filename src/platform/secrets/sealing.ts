import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { deriveKey } from './secrets.ts'

/** Keeps secrets that must be readable again: encrypted, so that a copy of the database does not reveal them. */
export interface Sealer {
  /** @returns "<key>.<base64url>", where `<key>` identifies SECRET_KEY or SECRET_KEY_PREVIOUS */
  seal: (secret: string) => string
  /** @throws Error that says what to do, when no key fits */
  unseal: (sealed: string) => string
  /** Whether it was sealed under SECRET_KEY itself and not the previous one. */
  isCurrent: (sealed: string) => boolean
}

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** @param secretKeys SECRET_KEY, under which everything is sealed, and those before it, which still open */
export function sealer(secretKeys: string[]): Sealer {
  const keys = secretKeys.map((secretKey) => {
    const key = deriveKey(secretKey, 'sealing')
    return { key, id: createHash('sha256').update(key).digest('base64url').slice(0, 8) }
  })
  const current = keys[0]!
  return {
    seal(secret) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, current.key, nonce)
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return `${current.id}.${Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')}`
    },
    unseal(sealed) {
      const [id, content] = sealed.split('.') as [string, string]
      const known = keys.find((candidate) => candidate.id === id)
      if (!known) {
        throw new Error(
          'A secret was encrypted with another SECRET_KEY. Set SECRET_KEY_PREVIOUS to that key, then run `bestow secrets reseal`.',
        )
      }
      const bytes = Buffer.from(content, 'base64url')
      const decipher = createDecipheriv(CIPHER, known.key, bytes.subarray(0, NONCE_BYTES))
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      const text = bytes.subarray(NONCE_BYTES + TAG_BYTES)
      return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
    },
    isCurrent: (sealed) => sealed.startsWith(`${current.id}.`),
  }
}
