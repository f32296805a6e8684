/** Signatures as Standard Webhooks has them: https://www.standardwebhooks.com */
import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'

const PREFIX = 'whsec_'

/** 256 random bits, as receivers are given them. */
export const newSigningSecret = (): string => PREFIX + randomBytes(32).toString('base64')

/** The key that a secret stands for. */
export const signingKey = (secret: string): KeyObject =>
  createSecretKey(secret.slice(PREFIX.length), 'base64')

export interface Message {
  /** The same in every attempt. */
  id: string
  /** When this attempt is made. */
  at: Date
  body: string
}

/** The headers by which a receiver knows that a message is ours, new, and whole. @param keys every one that is valid */
export function signatureHeaders({ id, at, body }: Message, keys: KeyObject[]): Record<string, string> {
  const timestamp = Math.floor(at.getTime() / 1000)
  const signed = `${id}.${timestamp}.${body}`
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  }
}
